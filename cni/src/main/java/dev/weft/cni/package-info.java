/** The CNI contract: requests, results, versions, errors and delegation. Nothing about Linux. */
@NullMarked
package dev.weft.cni;

import org.jspecify.annotations.NullMarked;

/**
 * What it takes for a Service to be served: proxies of a node are started beside an API server, and
 * packets tell when their rules are there.
 */
@NullMarked
package dev.weft.bench.services;

import org.jspecify.annotations.NullMarked;

/** NAT and filter rules as rule sets that know whose they are, in nftables and in iptables. */
@NullMarked
package dev.weft.iptables;

import org.jspecify.annotations.NullMarked;

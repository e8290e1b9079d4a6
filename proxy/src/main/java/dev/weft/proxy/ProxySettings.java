package dev.weft.proxy;

import dev.weft.iptables.apply.RulesMode;
import dev.weft.services.Node;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How a node's Services are served.
 *
 * @param syncPeriod how often the rules are compared with what they should be; zero for never
 * @param minSyncPeriod how long after one change of rules the next may come; what happens meanwhile
 *     is done at once
 * @param health where {@code /healthz} and {@code /livez} are told
 * @param metrics where {@code /metrics} is told
 */
public record ProxySettings(
    Node node,
    RulesMode mode,
    Duration syncPeriod,
    Duration minSyncPeriod,
    Optional<InetSocketAddress> health,
    Optional<InetSocketAddress> metrics) {}

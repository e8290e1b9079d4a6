package dev.weft.services;

/** Where the endpoints may be that serve a kind of traffic. */
public enum TrafficPolicy {
  /** On any node. */
  CLUSTER,
  /** On this node only. */
  LOCAL
}

package dev.weft.acceptance;

/** How a plugin's call is served. */
enum Way {
  /** By a process of its own. */
  STANDALONE,

  /** By the agent. */
  AGENT
}

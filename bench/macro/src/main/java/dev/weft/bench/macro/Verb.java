package dev.weft.bench.macro;

/** What is asked of a plugin: the two that every pod costs. */
enum Verb {
  ADD,
  DEL
}

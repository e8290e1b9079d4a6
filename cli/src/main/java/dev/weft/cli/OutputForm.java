package dev.weft.cli;

/** How a command tells what it found; the words are those of its option. */
enum OutputForm {
  /** For people. */
  text,
  /** For machines. */
  json
}

package dev.weft.install;

import java.io.IOException;

/** Something that has its place on a node. */
interface Part {

  /**
   * Does all that needs space or may be refused, beside the place. What anybody uses stays as it
   * is; drafts of a run that was killed go.
   */
  void prepare() throws IOException;

  /** Puts in place what was prepared, if there is anything, by renames. */
  void putInPlace() throws IOException;

  /** Takes back what was prepared and is not in place. */
  void discard() throws IOException;
}

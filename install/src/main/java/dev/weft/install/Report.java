package dev.weft.install;

/** Who is told what happens, while it happens: lines for people. */
public interface Report {

  /** Something was changed on this machine. */
  void changed(String line);

  /** Something is not as one might expect, and stays so. */
  void noted(String line);
}

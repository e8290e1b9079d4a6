package dev.weft.kernel;

/** Namespaces that a test makes, by names of its own, and that end with it. */
interface Namespaces extends AutoCloseable {

  /** Opens a namespace, which is made first if it does not exist. */
  NetworkNamespace open(String name);

  void remove(String name);

  /** Ends all of them. */
  @Override
  void close();
}

package dev.weft.kernel;

/** Namespaces that a test makes, by names of its own, and that end with it. */
interface Namespaces extends AutoCloseable {

  /** Opens a namespace, which is made first if it does not exist. */
  NetworkNamespace open(String name);

  /** Whether bridges of this kernel can keep VLANs apart. */
  boolean hasVlanFiltering();

  /** Ends a namespace whose handles are closed. */
  void remove(String name);

  /** Ends all of them. */
  @Override
  void close();
}

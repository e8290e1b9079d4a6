package dev.weft.kernel;

/** The identity of a namespace: device and inode of its file (namespaces(7)). */
public record NamespaceId(long device, long inode) {}

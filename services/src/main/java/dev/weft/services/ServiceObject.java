package dev.weft.services;

/** An object of one of the kinds that say what nodes serve. */
public sealed interface ServiceObject permits Service, EndpointSlice {
  ObjectName name();
}

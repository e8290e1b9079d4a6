package dev.weft.services;

import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import dev.weft.services.EndpointSlice.Endpoint;
import dev.weft.services.Fields.Word;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads an EndpointSlice from its tree, with the API's defaults. */
final class EndpointSliceReader {
  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final String HEADLESS = "service.kubernetes.io/headless";
  private static final int MAX_PORT = 65535;

  private static final Map<String, Optional<IpFamily>> ADDRESS_TYPES =
      Map.of(
          "IPv4", Optional.of(IpFamily.V4),
          "IPv6", Optional.of(IpFamily.V6),
          "FQDN", Optional.empty());

  private EndpointSliceReader() {}

  /**
   * Reads a slice; nothing if it is one that no node serves: of names, of a headless Service, or of
   * no Service.
   *
   * @param warnings takes sentences, each of which begins with the field that it is about
   * @throws FieldException for a field that cannot be what it is
   */
  static Optional<EndpointSlice> read(Fields object, Consumer<String> warnings) {
    Metadata metadata = new Metadata(object);
    ObjectName name = metadata.dnsName();
    if (!object.has("addressType")) {
      throw object.refused("addressType", "should be IPv4, IPv6 or FQDN");
    }
    Optional<IpFamily> family =
        object.choice("addressType", ADDRESS_TYPES, Optional.<IpFamily>empty());
    if (family.isEmpty() || metadata.label(HEADLESS).isPresent()) {
      return Optional.empty();
    }
    String service = metadata.label(SERVICE_NAME).orElse("");
    if (service.isEmpty()) {
      warnings.accept(
          "metadata.labels has no " + SERVICE_NAME + ", so its endpoints are of no Service");
      return Optional.empty();
    }
    return Optional.of(
        new EndpointSlice(
            name,
            new ObjectName(name.namespace(), service),
            family.get(),
            ports(object),
            endpoints(object, family.get())));
  }

  /** A port without a number means every port, which no node serves. */
  private static List<EndpointSlice.Port> ports(Fields object) {
    List<EndpointSlice.Port> ports = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Fields fields : object.objects("ports")) {
      String name = Metadata.portName(fields);
      if (!names.add(name)) {
        throw fields.refused("name", "should differ from those of the other ports");
      }
      Protocol protocol = fields.choice("protocol", ServiceReader.PROTOCOLS, Protocol.TCP);
      int port = fields.integer("port", 1, MAX_PORT, 0);
      if (port != 0) {
        ports.add(new EndpointSlice.Port(name, protocol, port));
      }
    }
    return ports;
  }

  private static List<Endpoint> endpoints(Fields object, IpFamily family) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (Fields fields : object.objects("endpoints")) {
      endpoints.add(endpoint(fields, family));
    }
    return endpoints;
  }

  private static Endpoint endpoint(Fields fields, IpFamily family) {
    Fields conditions = fields.object("conditions");
    Fields hints = fields.object("hints");
    return new Endpoint(
        address(fields, family),
        fields.has("nodeName") ? Optional.of(fields.string("nodeName")) : Optional.empty(),
        conditions.bool("ready").orElse(true),
        conditions.bool("serving").orElse(true),
        conditions.bool("terminating").orElse(false),
        names(hints.objects("forZones")),
        names(hints.objects("forNodes")));
  }

  private static IpAddress address(Fields fields, IpFamily family) {
    List<Word> addresses = fields.words("addresses");
    if (addresses.isEmpty()) {
      throw fields.refused("addresses", "should have an address");
    }
    for (Word word : addresses) {
      if (word.reachableAddress().family() != family) {
        throw word.refused("should be of the slice's addressType");
      }
    }
    return addresses.getFirst().address();
  }

  private static Set<String> names(List<Fields> hints) {
    Set<String> names = new HashSet<>();
    for (Fields hint : hints) {
      names.add(hint.string("name"));
    }
    return names;
  }
}

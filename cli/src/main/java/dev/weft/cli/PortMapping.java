package dev.weft.cli;

import dev.weft.json.Json;
import dev.weft.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One element of the capability {@code portMappings}.
 *
 * @param hostIp where not all of the host's addresses are meant
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 */
record PortMapping(Optional<IpAddress> hostIp, int hostPort, int containerPort, String protocol) {

  /**
   * Reads {@code [HOSTIP:]PORT:PORT[/PROTOCOL]}; an IPv6 address stands in brackets.
   *
   * @return empty if the text is not of this form
   */
  static Optional<PortMapping> parse(String text) {
    int slash = text.indexOf('/');
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
    if (!protocol.equals("tcp") && !protocol.equals("udp") && !protocol.equals("sctp")) {
      return Optional.empty();
    }
    String ports = slash < 0 ? text : text.substring(0, slash);
    int last = ports.lastIndexOf(':');
    int before = last < 0 ? -1 : ports.lastIndexOf(':', last - 1);
    OptionalInt host = port(ports.substring(before + 1, Math.max(last, before + 1)));
    OptionalInt container = port(ports.substring(last + 1));
    Optional<IpAddress> address =
        before < 0 ? Optional.empty() : address(ports.substring(0, before));
    if (host.isEmpty() || container.isEmpty() || (before >= 0 && address.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(new PortMapping(address, host.getAsInt(), container.getAsInt(), protocol));
  }

  Json toJson() {
    Json.Obj json =
        Json.Obj.EMPTY
            .with("hostPort", Json.Num.of(hostPort))
            .with("containerPort", Json.Num.of(containerPort))
            .with("protocol", new Json.Str(protocol));
    return hostIp.isPresent() ? json.with("hostIP", new Json.Str(hostIp.get().toString())) : json;
  }

  private static Optional<IpAddress> address(String text) {
    boolean bracketed = text.startsWith("[") && text.endsWith("]") && text.length() > 2;
    Optional<IpAddress> address =
        IpAddress.parse(bracketed ? text.substring(1, text.length() - 1) : text);
    return address.filter(parsed -> bracketed == (text.indexOf(':') >= 0));
  }

  private static OptionalInt port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port >= 1 && port <= 65535 ? OptionalInt.of(port) : OptionalInt.empty();
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** Reads an option's value. */
  static final class Converter implements ITypeConverter<PortMapping> {
    @Override
    public PortMapping convert(String text) {
      return parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "should be a port of the host, ':' and one of the container, such as 8080:80 or 127.0.0.1:53:53/udp"));
    }
  }
}

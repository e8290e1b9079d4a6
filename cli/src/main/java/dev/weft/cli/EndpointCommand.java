package dev.weft.cli;

import dev.weft.cni.Attachment;
import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import dev.weft.runtime.CachedAttachment;
import dev.weft.runtime.Endpoint;
import dev.weft.runtime.NetworkList;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What the commands about one attachment share: which network, which namespace, with what. */
abstract class EndpointCommand extends NetworkCommand {
  private static final int ID_BYTES = 10;

  @Parameters(index = "0", paramLabel = "NETWORK", description = "The name of a network.")
  private String network = "";

  @Parameters(
      index = "1",
      paramLabel = "NETNS",
      description = "A network namespace: a path, or a name that 'ip netns' knows.")
  private String netns = "";

  @Option(
      names = "--ifname",
      paramLabel = "NAME",
      defaultValue = "${env:CNI_IFNAME:-eth0}",
      description = "The interface in the container (CNI_IFNAME; default: eth0).")
  private String ifName = "eth0";

  @Option(
      names = "--container-id",
      paramLabel = "ID",
      description = "Default: made from the path of the namespace.")
  private Optional<String> containerId = Optional.empty();

  @Option(
      names = "--arg",
      paramLabel = "KEY=VALUE",
      description = "An argument for the plugins (CNI_ARGS); may be repeated.")
  private Map<String, String> args = new LinkedHashMap<>();

  @Option(
      names = "--capability-args",
      paramLabel = "JSON",
      defaultValue = "${env:CAP_ARGS:-{}}",
      converter = ObjectConverter.class,
      description = "What plugins get by capability, such as '{\"mac\": \"…\"}' (CAP_ARGS).")
  private Json.Obj capabilityArgs = Json.Obj.EMPTY;

  @Option(
      names = "--port-map",
      paramLabel = "[HOSTIP:]PORT:PORT[/PROTOCOL]",
      converter = PortMapping.Converter.class,
      description = "A port of the host and of the container (portMappings); may be repeated.")
  private List<PortMapping> portMappings = new ArrayList<>();

  /** What the cache remembers of this attachment. */
  final Optional<CachedAttachment> remembered() {
    return cache().find(network, attachment());
  }

  /** The list that the attachment was made with, else the one that is configured now. */
  final NetworkList list(Optional<CachedAttachment> remembered) {
    return remembered.isPresent()
        ? NetworkList.of(remembered.get().list(), "the remembered configuration of " + network)
        : load(network);
  }

  /** The attachment; what the command line does not say is taken from what is remembered. */
  final Endpoint endpoint(Optional<CachedAttachment> remembered) {
    Json.Obj capabilities = capabilityArgs;
    if (!portMappings.isEmpty()) {
      List<Json> mappings = new ArrayList<>();
      for (PortMapping mapping : portMappings) {
        mappings.add(mapping.toJson());
      }
      capabilities = capabilities.with("portMappings", new Json.Arr(mappings));
    }
    Optional<Endpoint> before = remembered.map(CachedAttachment::endpoint);
    return new Endpoint(
        attachment(),
        NamespacePath.of(netns),
        args.isEmpty() ? before.map(Endpoint::args).orElse(args) : args,
        capabilities.fields().isEmpty()
            ? before.map(Endpoint::capabilityArgs).orElse(capabilities)
            : capabilities);
  }

  private Attachment attachment() {
    return new Attachment(containerId.orElseGet(() -> idOf(NamespacePath.of(netns))), ifName);
  }

  /** An id that is the same for the same path. */
  private static String idOf(String path) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-512").digest(path.getBytes(StandardCharsets.UTF_8));
      return "weft-" + HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads a JSON object. */
  static final class ObjectConverter implements ITypeConverter<Json.Obj> {
    @Override
    public Json.Obj convert(String text) {
      try {
        return JsonText.readObject(text.getBytes(StandardCharsets.UTF_8), "the text");
      } catch (JsonException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}

package dev.weft.cli;

import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.install.Distribution;
import dev.weft.install.InstallException;
import dev.weft.install.Installer;
import dev.weft.install.Network;
import dev.weft.install.Selection;
import dev.weft.json.Json;
import dev.weft.net.IpPrefix;
import dev.weft.runtime.NetworkList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** {@code weft install}. */
@Command(
    name = "install",
    description = {
      "Puts this Weft on the node, or upgrades the node to it; again and again without harm.",
      "A node without any network gets one, in 10-weft.conflist."
    })
final class InstallCommand extends NodeCommand {
  @Option(
      names = "--network",
      paramLabel = "FILE",
      description = "A list of plugins, to be the network of 10-weft.conflist.")
  private Optional<Path> network = Optional.empty();

  @Option(
      names = "--subnet",
      paramLabel = "SUBNET",
      converter = SubnetConverter.class,
      description =
          "Where pods get addresses in Weft's own network; may be repeated, once per family"
              + " (default: 10.87.0.0/16).")
  private List<IpPrefix> subnets = new ArrayList<>();

  @Option(
      names = "--systemd",
      description = "Installs the agent as a service, and starts it if systemd runs here.")
  private boolean systemd;

  @Override
  public void run() {
    requireSoundSubnets();
    Selection selection = new Selection(network.map(InstallCommand::read), subnets, systemd);
    Distribution distribution =
        Distribution.running(
            Optional.ofNullable(System.getProperty("weft.launcher")).map(Path::of).orElse(null),
            Path.of(System.getProperty("java.home")));
    new Installer(places(), this).install(distribution, selection);
    hasChanged();
  }

  private void requireSoundSubnets() {
    if (network.isPresent() && !subnets.isEmpty()) {
      throw wrongArguments("--subnet is for Weft's own network, which --network replaces");
    }
    try {
      Network.ofSubnets(subnets);
    } catch (InstallException e) {
      throw wrongArguments(e.getMessage());
    }
  }

  private ParameterException wrongArguments(@Nullable String sentence) {
    return new ParameterException(spec().commandLine(), sentence);
  }

  /** Reads a list as a runtime will, so that none is installed that a runtime stumbles over. */
  private static Network read(Path file) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CniException(ErrorCode.IO_FAILURE, file + " cannot be read: " + e, e);
    }
    Set<String> plugins = new TreeSet<>();
    NetworkList list =
        NetworkList.of(ConfigReader.decode(content, file.toString()), file.toString());
    for (Json.Obj plugin : list.plugins()) {
      plugins.add(NetworkList.type(plugin));
      new ConfigReader(plugin, file.toString())
          .object("ipam")
          .flatMap(ipam -> ipam.string("type"))
          .filter(type -> !type.isEmpty())
          .ifPresent(plugins::add);
    }
    return new Network(new String(content, StandardCharsets.UTF_8), List.copyOf(plugins));
  }

  /** Reads {@code address/length}. */
  static final class SubnetConverter implements ITypeConverter<IpPrefix> {
    @Override
    public IpPrefix convert(String text) {
      return IpPrefix.parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "should be an address, '/' and a prefix length, as in 10.87.0.0/16"));
    }
  }
}

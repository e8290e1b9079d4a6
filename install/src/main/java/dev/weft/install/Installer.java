package dev.weft.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts Weft on a node, and takes it off again. Any run completes what one before it began. */
public final class Installer {
  private final Disk disk;
  private final Systemctl systemctl;
  private final Places places;
  private final Report report;

  public Installer(Places places, Report report) {
    this(new LinuxDisk(), new SystemctlProgram(places.isThisMachine()), places, report);
  }

  Installer(Disk disk, Systemctl systemctl, Places places, Report report) {
    this.disk = disk;
    this.systemctl = systemctl;
    this.places = places;
    this.report = report;
  }

  /**
   * Installs or upgrades.
   *
   * @param distribution what to install
   * @throws InstallException if that cannot be; then everything is as it was, unless a rename or
   *     systemd failed, which the next run makes good
   */
  public void install(Distribution distribution, Selection selection) {
    try {
      InstallLock lock = InstallLock.take(disk, state());
      try (lock) {
        putInPlace(distribution, selection);
      }
    } catch (IOException e) {
      throw InstallException.of(e);
    }
  }

  private void putInPlace(Distribution distribution, Selection selection) throws IOException {
    Versions versions = new Versions(disk, places, report, distribution);
    Executables executables = new Executables(disk, places, report).of(distribution);
    boolean withAgent = selection.systemd() || agent(false).isInstalled();
    AgentService agent = agent(withAgent);
    OwnedFile network = network(content(selection));
    List<Part> parts = List.of(versions, executables, agent, network);
    try {
      for (Part part : parts) {
        part.prepare();
      }
      versions.putInPlace();
      executables.putInPlace();
      agent.putInPlace();
      if (withAgent) {
        agent.start(versions.inUse(), selection.systemd());
      }
      network.putInPlace();
    } catch (IOException | InstallException e) {
      discard(parts, e);
      throw e;
    }
    selection.network().ifPresent(this::noteMissingPlugins);
  }

  /**
   * Takes away whatever of Weft is there, what makes runtimes call it first.
   *
   * @throws InstallException if something cannot be taken away; the next run goes on from there
   */
  public void uninstall() {
    try (InstallLock lock = InstallLock.take(disk, state())) {
      network(null).uninstall();
      agent(false).uninstall();
      new Executables(disk, places, report).uninstall();
      Versions.uninstall(disk, places, report);
      ledger().uninstall(places);
      lock.remove(disk);
      if (Tree.entries(state()).isEmpty()) {
        disk.delete(state());
      }
    } catch (IOException e) {
      throw InstallException.of(e);
    }
  }

  /** Where runtimes and IPAM plugins keep what belongs to pods, which outlive an uninstall. */
  public Path dataOfPods() {
    return places.here(Path.of("/var/lib/cni"));
  }

  /** The failure that led here is the one to be told. */
  private static void discard(List<Part> parts, Exception failure) {
    for (Part part : parts.reversed()) {
      try {
        part.discard();
      } catch (IOException also) {
        failure.addSuppressed(also);
      }
    }
  }

  /** The network to be written; null if there is one already, or several. */
  private byte @Nullable [] content(Selection selection) throws IOException {
    if (selection.network().isPresent()) {
      return selection.network().get().bytes();
    }
    List<Path> present = networks();
    Path own = places.here(places.network());
    if (present.isEmpty() || (!selection.subnets().isEmpty() && present.equals(List.of(own)))) {
      return Network.ofSubnets(selection.subnets()).bytes();
    }
    if (!selection.subnets().isEmpty()) {
      report.noted(
          "wrote no network, for there is one already: "
              + present.getFirst()
              + "; --subnet is for nodes without any");
    }
    return null;
  }

  /** The files that runtimes read as networks. */
  private List<Path> networks() throws IOException {
    List<Path> files = Tree.entries(places.here(places.networks()));
    files.removeIf(file -> !isNetwork(file.toString()));
    return files;
  }

  private static boolean isNetwork(String file) {
    return file.endsWith(".conflist") || file.endsWith(".conf") || file.endsWith(".json");
  }

  private void noteMissingPlugins(Network network) {
    for (String plugin : network.plugins()) {
      if (!Files.isExecutable(places.here(places.programs()).resolve(plugin))) {
        report.noted(
            "the network needs the plugin " + plugin + ", which is not in " + places.programs());
      }
    }
  }

  private OwnedFile network(byte @Nullable [] content) {
    return new OwnedFile(disk, places, ledger(), report, places.network(), content);
  }

  private AgentService agent(boolean wanted) {
    return new AgentService(disk, places, ledger(), report, systemctl, wanted);
  }

  private Ledger ledger() {
    return new Ledger(disk, state().resolve("install.sha256"));
  }

  private Path state() {
    return places.here(places.state());
  }
}

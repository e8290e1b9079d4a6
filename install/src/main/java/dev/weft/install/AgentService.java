package dev.weft.install;

import static dev.weft.install.Units.SERVICE;
import static dev.weft.install.Units.SOCKET;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The agent as a service of this machine: its unit files, and what systemd makes of them. */
final class AgentService implements Part {
  private final Places places;
  private final Report report;
  private final Systemctl systemctl;
  private final OwnedFile socket;
  private final OwnedFile service;

  AgentService(
      Disk disk, Places places, Ledger ledger, Report report, Systemctl systemctl, boolean wanted) {
    this.places = places;
    this.report = report;
    this.systemctl = systemctl;
    Optional<String> socketText = wanted ? Optional.of(Units.socket()) : Optional.empty();
    Optional<String> serviceText =
        wanted ? Optional.of(Units.service(places.home())) : Optional.empty();
    socket = file(disk, ledger, SOCKET, socketText);
    service = file(disk, ledger, SERVICE, serviceText);
  }

  private OwnedFile file(Disk disk, Ledger ledger, String unit, Optional<String> text) {
    return new OwnedFile(
        disk,
        places,
        ledger,
        report,
        places.unit(unit),
        text.map(content -> content.getBytes(StandardCharsets.UTF_8)).orElse(null));
  }

  @Override
  public void prepare() throws IOException {
    socket.prepare();
    service.prepare();
  }

  @Override
  public void putInPlace() throws IOException {
    socket.putInPlace();
    service.putInPlace();
  }

  @Override
  public void discard() throws IOException {
    socket.discard();
    service.discard();
  }

  /** True if the node has the service already: then an upgrade is one of the service too. */
  boolean isInstalled() {
    return service.exists();
  }

  /**
   * Lets systemd run the agent of the version that is in use now. All is asked of systemd anew, so
   * that it does not matter where an earlier run ended.
   *
   * @param home where the version in use lies
   * @param anyway false to leave an agent alone that somebody has stopped
   */
  void start(Path home, boolean anyway) throws IOException {
    boolean socketChanged = socket.changes();
    boolean serviceChanged = service.changes();
    if (!systemctl.isRunning()) {
      if (socketChanged || serviceChanged) {
        report.noted(
            "systemd does not run here; where it does, run 'systemctl daemon-reload && systemctl"
                + " enable --now "
                + SOCKET
                + " "
                + SERVICE
                + "'");
      }
      return;
    }
    socketChanged |= isOutdated(SOCKET);
    serviceChanged |= isOutdated(SERVICE);
    if (socketChanged || serviceChanged) {
      systemctl.require("daemon-reload");
    }
    if (anyway) {
      enable();
    } else if (isDown(SERVICE)) {
      return;
    }
    if (socketChanged || !systemctl.is("is-active", SOCKET)) {
      systemctl.require("restart", SOCKET, SERVICE);
      report.changed("started " + SOCKET + " and " + SERVICE);
    } else if (serviceChanged || !systemctl.is("is-active", SERVICE) || !runsFrom(home)) {
      systemctl.require("restart", SERVICE);
      report.changed("started " + SERVICE);
    }
  }

  private void enable() throws IOException {
    for (String unit : List.of(SOCKET, SERVICE)) {
      if (!systemctl.is("is-enabled", unit)) {
        systemctl.require("enable", "--quiet", unit);
        report.changed("enabled " + unit);
      }
    }
    // An agent that failed too often may be started again by whoever runs this.
    systemctl.run(List.of("reset-failed", SOCKET, SERVICE));
  }

  /** Lets systemd end the agent, which finishes what it is doing, and takes the units away. */
  void uninstall() throws IOException {
    List<String> known = new ArrayList<>();
    if (systemctl.isRunning()) {
      addKnown(service, SERVICE, known);
      addKnown(socket, SOCKET, known);
    }
    if (!known.isEmpty()) {
      List<String> order = new ArrayList<>(List.of("disable", "--quiet", "--now"));
      order.addAll(known);
      systemctl.require(order.toArray(String[]::new));
      report.changed("stopped " + String.join(" and ", known));
    }
    service.uninstall();
    socket.uninstall();
    if (!known.isEmpty()) {
      systemctl.require("daemon-reload");
    }
  }

  /** systemd refuses to disable what it does not know. */
  private void addKnown(OwnedFile file, String unit, List<String> known) throws IOException {
    if (file.exists() && (systemctl.is("is-enabled", unit) || !isDown(unit))) {
      known.add(unit);
    }
  }

  /** An agent that is just being started, maybe from the version before, is up. */
  private boolean isDown(String unit) throws IOException {
    String state = systemctl.property(unit, "ActiveState").orElse("inactive");
    return state.equals("inactive") || state.equals("failed") || state.equals("deactivating");
  }

  private boolean isOutdated(String unit) throws IOException {
    return systemctl.property(unit, "NeedDaemonReload").equals(Optional.of("yes"));
  }

  private boolean runsFrom(Path home) throws IOException {
    Optional<String> pid = systemctl.property(SERVICE, "MainPID");
    Path inside = home.toRealPath();
    return pid.map(Long::parseLong)
        .flatMap(ProcessHandle::of)
        .flatMap(process -> process.info().command())
        .filter(program -> Path.of(program).startsWith(inside))
        .isPresent();
  }
}

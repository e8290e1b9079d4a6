package dev.weft.install;

import java.nio.file.Path;

/** The agent as systemd runs it. */
final class Units {
  static final String SOCKET = "weft-agent.socket";
  static final String SERVICE = "weft-agent.service";

  private Units() {}

  /**
   * systemd holds the socket, so that calls wait while the agent is started anew. If the agent
   * cannot stay up, systemd gives up on both and takes the socket away: then plugins serve
   * themselves rather than wait for nobody.
   */
  static String socket() {
    return """
    [Unit]
    Description=Socket of the Weft agent
    Documentation=https://www.cni.dev/docs/spec/

    [Socket]
    ListenStream=/run/weft/agent.sock
    SocketMode=0600
    DirectoryMode=0700
    RemoveOnStop=yes
    Backlog=4096
    TriggerLimitBurst=0

    [Install]
    WantedBy=sockets.target
    """;
  }

  /**
   * No sandbox: the agent works in namespaces that runtimes mount after it started, and it sets
   * what a sandbox would protect.
   */
  static String service(Path home) {
    return """
    [Unit]
    Description=Weft agent, which serves the calls of CNI plugins
    Documentation=file://%1$s/README.md
    Requires=weft-agent.socket
    After=weft-agent.socket local-fs.target
    StartLimitIntervalSec=60
    StartLimitBurst=10

    [Service]
    Type=notify
    NotifyAccess=main
    ExecStart=%1$s/bin/weft agent
    Restart=always
    RestartSec=100ms
    TimeoutStartSec=60
    TimeoutStopSec=30
    KillMode=mixed
    SuccessExitStatus=143
    OOMScoreAdjust=-900
    LimitNOFILE=65536

    [Install]
    WantedBy=multi-user.target
    """
        .formatted(plain(home));
  }

  /** systemd's quoting of paths differs from line to line. */
  private static Path plain(Path home) {
    if (!home.toString().matches("[A-Za-z0-9/._+-]+")) {
      throw new InstallException(
          "--home is " + home + ", but for --systemd should have letters, digits and /._+- only");
    }
    return home;
  }
}

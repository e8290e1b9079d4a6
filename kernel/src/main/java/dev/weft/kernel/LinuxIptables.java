package dev.weft.kernel;

import dev.weft.net.IpFamily;
import java.util.List;
import java.util.Optional;

/** The iptables programs, run inside a namespace. */
final class LinuxIptables implements Iptables {
  /** How long another program may hold the lock of the legacy tables, in seconds. */
  private static final String PATIENCE = "30";

  private final NamespaceHandle namespace;

  LinuxIptables(NamespaceHandle namespace) {
    this.namespace = namespace;
  }

  @Override
  public boolean isAvailable(IpFamily family) {
    Optional<Program> save = Program.find(program(family) + "-save");
    return save.isPresent()
        && Program.find(program(family) + "-restore").isPresent()
        && save.get().run(namespace, "", "-t", "filter").exitCode() == 0;
  }

  @Override
  public IptablesTable read(IpFamily family, String table) {
    String name = program(family) + "-save";
    Program.Outcome outcome = Program.require(name, "iptables").run(namespace, "", "-t", table);
    if (outcome.exitCode() != 0) {
      throw new KernelException(
          Errno.ENOENT, name + " cannot read the table " + table + ": " + outcome.error());
    }
    return IptablesText.read(table, outcome.output());
  }

  @Override
  public void apply(IpFamily family, String table, List<IptablesChange> changes) {
    if (changes.isEmpty()) {
      return;
    }
    String name = program(family) + "-restore";
    Program.Outcome outcome =
        Program.require(name, "iptables")
            .run(namespace, IptablesText.write(table, changes), "--noflush", "-w", PATIENCE);
    if (outcome.exitCode() != 0) {
      throw refused(name, changes, outcome.error());
    }
  }

  private static String program(IpFamily family) {
    return family == IpFamily.V4 ? "iptables" : "ip6tables";
  }

  private static KernelException refused(
      String program, List<IptablesChange> changes, String complaint) {
    int index = lineNumber(complaint) - 2;
    if (index < 0 || index >= changes.size()) {
      return new KernelException(
          errno(complaint, Optional.empty()), program + " failed: " + complaint);
    }
    IptablesChange change = changes.get(index);
    return new KernelException(
        errno(complaint, Optional.of(change)),
        program + " refused \"" + IptablesText.line(change) + "\": " + complaint);
  }

  /** The number that follows the last "line" or "line:", or zero. */
  private static int lineNumber(String complaint) {
    int at = complaint.lastIndexOf("line");
    int number = 0;
    boolean begun = false;
    for (int i = at < 0 ? complaint.length() : at + 4; i < complaint.length(); i++) {
      int digit = Character.digit(complaint.charAt(i), 10);
      if (digit < 0 && begun) {
        break;
      }
      if (digit >= 0) {
        begun = true;
        number = number * 10 + digit;
      }
    }
    return number;
  }

  /** What the complaint means; iptables-legacy gives none, so then what is usual for the change. */
  private static Errno errno(String complaint, Optional<IptablesChange> change) {
    if (complaint.contains("already exists")) {
      return Errno.EEXIST;
    }
    if (complaint.contains("No chain/target/match")
        || complaint.contains("does not exist")
        || complaint.contains("No such file")
        || complaint.contains("does a matching rule exist")) {
      return Errno.ENOENT;
    }
    if (complaint.contains("resource busy")) {
      return Errno.EBUSY;
    }
    if (complaint.contains("Permission denied")) {
      return Errno.EPERM;
    }
    if (complaint.contains("xtables lock")) {
      return Errno.EAGAIN;
    }
    if (!complaint.endsWith("failed") || change.isEmpty()) {
      return Errno.EINVAL;
    }
    return switch (change.get()) {
      case IptablesChange.NewChain _ -> Errno.EEXIST;
      case IptablesChange.DeleteChain _ -> Errno.EBUSY;
      case IptablesChange.Append _,
          IptablesChange.Prepend _,
          IptablesChange.Delete _,
          IptablesChange.Flush _ ->
          Errno.ENOENT;
    };
  }
}

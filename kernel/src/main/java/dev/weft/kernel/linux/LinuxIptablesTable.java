package dev.weft.kernel.linux;

import dev.weft.kernel.Combiner;
import dev.weft.kernel.Errno;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One table of one family, read and changed by the iptables programs. What several threads want of
 * it at one moment costs one process, of 3 ms, or 13 if it deletes.
 */
final class LinuxIptablesTable {
  /** How long another program may hold the lock of the legacy tables, in seconds. */
  private static final String PATIENCE = "30";

  private final NamespaceHandle namespace;
  private final String program;
  private final String table;
  private final Combiner<Reading> readings = new Combiner<>(1, new Save());
  private final Combiner<List<IptablesChange>> changes = new Combiner<>(1, new Restore());

  /**
   * Speaks of a table.
   *
   * @param program {@code iptables} or {@code ip6tables}
   */
  LinuxIptablesTable(NamespaceHandle namespace, String program, String table) {
    this.namespace = namespace;
    this.program = program;
    this.table = table;
  }

  /** See {@link dev.weft.kernel.Iptables#read}. */
  IptablesTable read() {
    Reading reading = new Reading();
    readings.perform(reading);
    return Objects.requireNonNull(reading.result);
  }

  /** See {@link dev.weft.kernel.Iptables#apply}. */
  void apply(List<IptablesChange> wanted) {
    if (!wanted.isEmpty()) {
      changes.perform(wanted);
    }
  }

  /** What one caller is to read. */
  private static final class Reading {
    @Nullable IptablesTable result;
  }

  /** One reading, begun when all had asked for it, serves them all. */
  private final class Save implements Combiner.Operation<Reading> {
    @Override
    public void alone(Reading reading) {
      String name = program + "-save";
      Program.Outcome outcome = Program.require(name, "iptables").run(namespace, "", "-t", table);
      if (outcome.exitCode() != 0) {
        throw new KernelException(
            Errno.ENOENT, name + " cannot read the table " + table + ": " + outcome.error());
      }
      reading.result = IptablesText.read(table, outcome.output());
    }

    @Override
    public BitSet together(List<Reading> requests) {
      Reading first = requests.getFirst();
      alone(first);
      requests.forEach(reading -> reading.result = first.result);
      return new BitSet();
    }
  }

  private final class Restore implements Combiner.Operation<List<IptablesChange>> {
    @Override
    public void alone(List<IptablesChange> wanted) {
      String name = program + "-restore";
      Program.Outcome outcome =
          Program.require(name, "iptables")
              .run(namespace, IptablesText.write(table, wanted), "--noflush", "-w", PATIENCE);
      if (outcome.exitCode() != 0) {
        throw refused(name, wanted, outcome.error());
      }
    }

    /** All or none: if one of them fails, the table is as it was. */
    @Override
    public BitSet together(List<List<IptablesChange>> requests) {
      List<IptablesChange> all = new ArrayList<>();
      requests.forEach(all::addAll);
      alone(all);
      return new BitSet();
    }
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
  static int lineNumber(String complaint) {
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

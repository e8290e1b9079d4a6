package dev.weft.install;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A disk on which one step goes wrong: the process is killed in it, or the kernel refuses it.
 *
 * <p>Leases have one that fails in the same ways, of a disk of theirs. The steps of the two promise
 * different things (modes, what is synced, what a failure leaves behind), and their modules know
 * nothing of each other.
 */
final class FailingDisk implements Disk {

  /** What goes wrong. */
  enum Fault {
    /** Killed when the step is half done; nothing is done afterwards. */
    KILLED_HALFWAY,
    /** Killed when the step is done; nothing is done afterwards. */
    KILLED_AFTERWARDS,
    /** The step fails as on a full disk, and so do all later ones that need space. */
    NO_SPACE,
    /** The step fails, later ones do not. */
    REFUSED
  }

  /** The process was killed: nobody may catch this but a test. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final Disk disk = new LinuxDisk();
  private final Fault fault;
  private final int badStep;
  private int steps;
  private boolean killed;

  /**
   * @param badStep counted from 1
   */
  FailingDisk(Fault fault, int badStep) {
    this.fault = fault;
    this.badStep = badStep;
  }

  static FailingDisk sound() {
    return new FailingDisk(Fault.REFUSED, Integer.MAX_VALUE);
  }

  /** How many steps were asked for so far. */
  int steps() {
    return steps;
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      step(directory, () -> disk.createDirectories(directory), () -> {});
    }
  }

  @Override
  public void create(Path file, byte[] content, boolean executable) throws IOException {
    step(
        file,
        () -> {
          Files.write(file, content);
          Files.setPosixFilePermissions(
              file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        },
        () -> Files.write(file, new byte[1]));
  }

  @Override
  public void copy(Path source, Path file) throws IOException {
    step(file, () -> disk.copy(source, file), () -> Files.write(file, new byte[1]));
  }

  /** Not waited for: only a power cut would tell the difference. */
  @Override
  public void sync(Path path) throws IOException {
    step(path, () -> {}, () -> {});
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    step(name, () -> disk.link(file, name), () -> {});
  }

  @Override
  public void symlink(Path name, Path target) throws IOException {
    step(name, () -> disk.symlink(name, target), () -> {});
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    freeingStep(to, () -> disk.rename(from, to));
  }

  @Override
  public void delete(Path path) throws IOException {
    freeingStep(path, () -> disk.delete(path));
  }

  /** A full disk does not mind what needs no space. */
  private void freeingStep(Path path, Step whole) throws IOException {
    if (fault == Fault.NO_SPACE) {
      whole.run();
    } else {
      step(path, whole, () -> {});
    }
  }

  private void step(Path path, Step whole, Step half) throws IOException {
    if (killed) {
      throw new Killed();
    }
    steps++;
    boolean bad = fault == Fault.NO_SPACE ? steps >= badStep : steps == badStep;
    if (!bad) {
      whole.run();
      return;
    }
    switch (fault) {
      case NO_SPACE -> {
        half.run();
        throw new FileSystemException(path.toString(), null, "No space left on device");
      }
      case REFUSED -> throw new FileSystemException(path.toString(), null, "Input/output error");
      case KILLED_HALFWAY -> half.run();
      case KILLED_AFTERWARDS -> whole.run();
    }
    killed = true;
    throw new Killed();
  }

  /** What a step does. */
  private interface Step {
    void run() throws IOException;
  }
}

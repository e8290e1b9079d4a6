package dev.weft.ipam.lease;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;

/**
 * A disk on which one step goes wrong: the process is killed in it, or the kernel refuses it.
 *
 * <p>Installing has one that fails in the same ways, of a disk of its own: the steps of the two
 * promise different things, and their modules know nothing of each other.
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
   * @param badStep counted from 1; a number never reached for a disk that is sound
   */
  FailingDisk(Fault fault, int badStep) {
    this.fault = fault;
    this.badStep = badStep;
  }

  /** How many steps were asked for so far. */
  int steps() {
    return steps;
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    step(directory, () -> disk.createDirectories(directory), () -> {});
  }

  @Override
  public void create(Path file, byte[] content) throws IOException {
    step(file, () -> disk.create(file, content), () -> disk.create(file, new byte[0]));
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    step(name, () -> disk.link(file, name), () -> {});
  }

  @Override
  public void delete(Path file) throws IOException {
    if (fault == Fault.NO_SPACE) {
      disk.delete(file);
    } else {
      step(file, () -> disk.delete(file), () -> {});
    }
  }

  @Override
  public void overwrite(Path file, byte[] content) throws IOException {
    step(file, () -> disk.overwrite(file, content), () -> disk.overwrite(file, new byte[0]));
  }

  @Override
  public void replaceDurably(Path file, byte[] content) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Step withoutWaitingForTheDisk =
        () -> {
          Files.write(draft, content);
          Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        };
    step(file, withoutWaitingForTheDisk, () -> Files.write(draft, new byte[1]));
  }

  @Override
  public void write(FileChannel channel, ByteBuffer content, long position) throws IOException {
    int half = content.remaining() / 2;
    step(
        Path.of("index"),
        () -> disk.write(channel, content, position),
        () -> disk.write(channel, content.slice(content.position(), half), position));
  }

  @Override
  public void setModified(Path file, FileTime time) throws IOException {
    step(file, () -> disk.setModified(file, time), () -> {});
  }

  private void step(Path file, Step whole, Step half) throws IOException {
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
      case NO_SPACE, REFUSED ->
          throw new FileSystemException(file.toString(), null, "No space left on device");
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

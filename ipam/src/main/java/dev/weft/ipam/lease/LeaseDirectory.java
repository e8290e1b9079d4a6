package dev.weft.ipam.lease;

import dev.weft.net.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lease files of one network, for whoever holds its lock.
 *
 * <p><b>What a crash leaves.</b> A lease is written under another name and then linked to its own,
 * which fails rather than overwrite: it stands complete or not at all. Of the reference plugin,
 * which creates first and writes later, a crash may leave an empty file; who reads all leases next
 * deletes it, since nobody can be still writing it while the lock is ours.
 *
 * <p><b>What is synced.</b> No lease is: while the machine runs, the page cache outlives every
 * process, and when it stops, so do the containers. A lease that is lost with the machine frees an
 * address that nobody has any more, one that survives is orphaned, one that survives empty is
 * deleted as above. Syncing would cost every ADD 0.3 ms on a good disk and 20 ms on a slow one,
 * while all others wait for the lock. What must not be lost is the note of the boot, by which
 * orphans are known; it is synced, once per boot.
 *
 * <p><b>Orphans.</b> On our first operation after a start of the machine, leases older than the
 * start are given the modification time zero, which no new lease has. That is before we make any
 * ourselves, so that no later step of the clock can orphan one of them. Where no earlier boot was
 * noted, nothing is orphaned.
 */
final class LeaseDirectory {
  private static final FileTime ORPHANED = FileTime.fromMillis(0);

  private final NetworkFiles files;
  private final Disk disk;

  LeaseDirectory(NetworkFiles files, Disk disk) {
    this.files = files;
    this.disk = disk;
  }

  /** Makes the side directory, and marks orphans if the machine was started since we looked. */
  void prepare(Boot boot) throws IOException {
    disk.createDirectories(files.side());
    Optional<String> noted = text(files.boot());
    if (noted.equals(Optional.of(boot.id()))) {
      return;
    }
    if (noted.isPresent() && !noted.get().isEmpty()) {
      markOrphans(FileTime.from(boot.startedAt()));
    }
    disk.replaceDurably(files.boot(), boot.id().getBytes(StandardCharsets.US_ASCII));
  }

  /** All leases; what a crash left of one is deleted. */
  List<Lease> scan() throws IOException {
    List<Lease> leases = new ArrayList<>();
    for (IpAddress address : addresses()) {
      Optional<Lease> lease = read(address);
      if (lease.isPresent()) {
        leases.add(lease.get());
      } else if (!reclaim(address)) {
        leases.add(unreadable(address));
      }
    }
    return leases;
  }

  /** The lease of an address; none if its file has no content, or if there is no file. */
  Optional<Lease> read(IpAddress address) {
    Path file = files.lease(address);
    try {
      BasicFileAttributes attributes = attributes(file);
      if (!attributes.isRegularFile()) {
        return Optional.of(unreadable(address));
      }
      boolean orphaned = attributes.lastModifiedTime().equals(ORPHANED);
      return Holder.parse(content(file)).map(holder -> holder.lease(address, orphaned));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(unreadable(address)); // Whatever it is, the address is not free.
    }
  }

  /** Makes a lease; false if the address has one. */
  boolean create(IpAddress address, Holder holder) throws IOException {
    Path draft = files.newLease();
    try {
      createDraft(draft, holder);
      disk.link(draft, files.lease(address));
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      return createInPlace(address, holder);
    }
    try {
      disk.delete(draft);
    } catch (IOException e) {
      // The next one deletes it before it writes.
    }
    return true;
  }

  private void createDraft(Path draft, Holder holder) throws IOException {
    try {
      disk.create(draft, holder.toBytes());
    } catch (FileAlreadyExistsException e) {
      disk.delete(draft); // A crash has left it, linked to a lease perhaps: never write into it.
      disk.create(draft, holder.toBytes());
    }
  }

  void delete(IpAddress address) throws IOException {
    disk.delete(files.lease(address));
  }

  Optional<IpAddress> lastReserved(int rangeSet) throws IOException {
    return text(files.lastReserved(rangeSet)).flatMap(IpAddress::parse);
  }

  /** Notes where to go on. If that fails, the next search begins earlier and finds the same. */
  void noteLastReserved(int rangeSet, IpAddress address) {
    try {
      disk.overwrite(
          files.lastReserved(rangeSet), address.toString().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // The lease stands, and that is what counts.
    }
  }

  /** Fails as a new lease would. */
  void probe() throws IOException {
    Path file = files.leases().resolve(".probe");
    disk.delete(file);
    disk.create(file, new byte[1]);
    disk.delete(file);
  }

  /** For a side directory that is out of order, or on another file system. */
  private boolean createInPlace(IpAddress address, Holder holder) throws IOException {
    try {
      disk.create(files.lease(address), holder.toBytes());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private void markOrphans(FileTime start) throws IOException {
    for (IpAddress address : addresses()) {
      Path file = files.lease(address);
      BasicFileAttributes attributes = attributes(file);
      if (attributes.isRegularFile() && attributes.lastModifiedTime().compareTo(start) < 0) {
        disk.setModified(file, ORPHANED);
      }
    }
  }

  private boolean reclaim(IpAddress address) {
    try {
      delete(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Every address that something is named by. */
  private List<IpAddress> addresses() throws IOException {
    List<IpAddress> addresses = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(files.leases())) {
      for (Path file : entries) {
        NetworkFiles.address(file).ifPresent(addresses::add);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return addresses;
  }

  private static Lease unreadable(IpAddress address) {
    return new Lease(address, "", Optional.empty(), false);
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static Optional<String> text(Path file) throws IOException {
    try {
      return Optional.of(new String(content(file), StandardCharsets.US_ASCII).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static byte[] content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readAllBytes();
    }
  }
}

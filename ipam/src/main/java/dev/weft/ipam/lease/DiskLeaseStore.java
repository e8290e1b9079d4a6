package dev.weft.ipam.lease;

import dev.weft.kernel.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Leases in files, shared with the reference plugin: see the package for the form. */
public final class DiskLeaseStore implements LeaseStore {

  /** Where the reference plugin keeps them unless it is told otherwise. */
  public static final Path DEFAULT_DATA_DIR = Path.of("/var/lib/cni/networks");

  private final Disk disk;
  private final Boot boot;

  public DiskLeaseStore() {
    this(new LinuxDisk(), Boot.ofThisMachine());
  }

  DiskLeaseStore(Disk disk, Boot boot) {
    this.disk = disk;
    this.boot = boot;
  }

  @Override
  public Leases open(Path dataDir, String network) throws IOException {
    NetworkFiles files = NetworkFiles.of(dataDir, network);
    disk.createDirectories(files.leases());
    return DiskLeases.open(files, disk, boot);
  }

  @Override
  public boolean isKnown(Path dataDir, String network) {
    return !leadsNowhere(NetworkFiles.of(dataDir, network).leases());
  }

  @Override
  public <T> T hold(Path dataDir, String network, Work<T> work) throws IOException {
    NetworkFiles files = NetworkFiles.of(dataDir, network);
    disk.createDirectories(files.leases());
    return JointHold.perform(
        FileId.of(files.leases()), () -> DiskLeases.open(files, disk, boot), work);
  }

  /**
   * Whether nothing was ever made at a path. A link that leads nowhere, or a path through a file,
   * may have led to leases yesterday.
   */
  private static boolean leadsNowhere(Path path) {
    Path parent = path.getParent();
    return Files.notExists(path, LinkOption.NOFOLLOW_LINKS)
        && (parent == null || Files.isDirectory(parent) || leadsNowhere(parent));
  }
}

package dev.weft.install;

import java.nio.file.Path;

/**
 * Where things belong on a node. All paths are absolute and as the node sees them.
 *
 * @param root where the node's file system stands on this machine: {@code /}, or an image's
 * @param home where Weft shall live; a link to a version
 * @param programs the directory in which runtimes look for plugins
 * @param networks the directory in which runtimes look for networks
 */
public record Places(Path root, Path home, Path programs, Path networks) {
  /** Where a launcher looks for its home if it was copied alone. */
  static final Path DEFAULT_HOME = Path.of("/opt/weft");

  /** Makes the paths absolute. */
  public Places {
    root = absolute(root);
    home = absolute(home);
    programs = absolute(programs);
    networks = absolute(networks);
    if (home.getNameCount() == 0) {
      throw new InstallException("the home is /, but should be a directory of Weft's own");
    }
  }

  private static Path absolute(Path path) {
    if (path.toString().chars().anyMatch(Character::isISOControl)) {
      throw new InstallException("a path holds control characters, but should be plain: " + path);
    }
    return path.toAbsolutePath().normalize();
  }

  /** Where a path of the node stands on this machine. */
  Path here(Path path) {
    return root.resolve(path.getRoot().relativize(path));
  }

  /** True if the node is this machine, whose services may be told. */
  boolean isThisMachine() {
    return root.getNameCount() == 0;
  }

  /** True if a launcher that is copied alone finds the home. */
  boolean hasDefaultHome() {
    return home.equals(DEFAULT_HOME);
  }

  /** Where versions lie: beside the link, so that it can be relative and hold in an image too. */
  Path versions() {
    return home.resolveSibling(home.getFileName() + "-versions");
  }

  Path network() {
    return networks.resolve("10-weft.conflist");
  }

  Path unit(String name) {
    return Path.of("/etc/systemd/system", name);
  }

  Path state() {
    return Path.of("/var/lib/weft");
  }
}

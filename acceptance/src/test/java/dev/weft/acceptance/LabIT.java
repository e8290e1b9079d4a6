package dev.weft.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lab is apart from the machine that it stands on, and leaves nothing on it. */
@Timeout(60)
class LabIT {

  @Test
  void hasAHostOutside() {
    try (Lab lab = Lab.open()) {
      lab.run("busybox", "ping", "-c", "1", "-W", "5", Lab.OUTSIDE).succeeded();
      lab.run("busybox", "ping", "-c", "1", "-W", "5", Lab.OUTSIDE_V6).succeeded();
    }
  }

  @Test
  void leavesNothingOnTheMachine() throws IOException {
    String links = Command.run("ip", "-o", "link").stdout();
    String namespaces = Command.run("ip", "netns").stdout();
    String mounts = Files.readString(Path.of("/proc/self/mounts"));
    long init;
    Path cgroup;
    try (Lab lab = Lab.open()) {
      init = lab.init();
      cgroup = cgroupOf(init);
      assertTrue(Files.isDirectory(cgroup), () -> "its cgroup: " + cgroup);
      lab.run("ip", "link", "add", "weft-lab-br", "type", "bridge").succeeded();
      lab.run("ip", "netns", "add", "weft-lab-ns").succeeded();
      lab.run("mkdir", "/sys/fs/cgroup/container").succeeded();
      lab.write("/etc/weft-lab-file", "");
      lab.start("/run/lab/sleep.txt", "sleep", "infinity");
    }
    assertFalse(Files.exists(Path.of("/proc", Long.toString(init))), "its first process");
    assertFalse(Files.exists(cgroup), () -> "its cgroup " + cgroup);
    assertFalse(Files.exists(Path.of("/etc/weft-lab-file")), "its file");
    assertEquals(links, Command.run("ip", "-o", "link").stdout());
    assertEquals(namespaces, Command.run("ip", "netns").stdout());
    assertEquals(mounts, Files.readString(Path.of("/proc/self/mounts")));
  }

  @Test
  void goesWithTheProcessThatMadeIt() throws IOException {
    try (Lab lab = Lab.open()) {
      Path init = Path.of("/proc", Long.toString(lab.init()));
      Path cgroup = cgroupOf(lab.init());
      lab.run("mkdir", "/sys/fs/cgroup/container").succeeded();
      lab.start("/run/lab/sleep.txt", "sleep", "infinity");

      lab.kill();

      Await.until(
          Duration.ofSeconds(10),
          () -> !Files.exists(init) && !Files.exists(cgroup),
          () -> "its first process or its cgroup " + cgroup + " is left");
    }
  }

  /** The lab's own cgroup: the one above that of its first process. */
  private static Path cgroupOf(long pid) throws IOException {
    String mount =
        Command.run("findmnt", "-n", "--first-only", "-t", "cgroup2", "-o", "TARGET").stdout();
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup"))) {
      if (line.startsWith("0::")) {
        return Path.of(mount.strip(), line.substring(3), "..").normalize();
      }
    }
    throw new AssertionError("process " + pid + " is in no cgroup");
  }
}

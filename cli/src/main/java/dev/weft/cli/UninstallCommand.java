package dev.weft.cli;

import dev.weft.install.Installer;
import java.nio.file.Files;
import picocli.CommandLine.Command;

/** {@code weft uninstall}. */
@Command(
    name = "uninstall",
    description = {
      "Takes Weft off the node, the service of the agent too, and puts back what it replaced.",
      "Addresses and results of pods stay, for their pods may still run."
    })
final class UninstallCommand extends NodeCommand {
  @Override
  public void run() {
    Installer installer = new Installer(places(), this);
    installer.uninstall();
    if (hasChanged() && Files.exists(installer.dataOfPods())) {
      noted(
          "left " + installer.dataOfPods() + ": addresses and results of pods that may still run");
    }
  }
}

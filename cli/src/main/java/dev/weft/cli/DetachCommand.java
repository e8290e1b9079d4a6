package dev.weft.cli;

import dev.weft.runtime.CachedAttachment;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code weft detach}. */
@Command(
    name = "detach",
    description = {
      "Detaches a namespace from a network; succeeds if it is detached already.",
      "Uses the configuration and arguments that it was attached with."
    })
final class DetachCommand extends EndpointCommand {
  @Override
  public void run() {
    Optional<CachedAttachment> remembered = remembered();
    chain().del(list(remembered), endpoint(remembered));
  }
}

package dev.weft.cli;

import dev.weft.runtime.CachedAttachment;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code weft check}. */
@Command(name = "check", description = "Checks that an attachment is as attach made it.")
final class CheckCommand extends EndpointCommand {
  @Override
  public void run() {
    Optional<CachedAttachment> remembered = remembered();
    chain().check(list(remembered), endpoint(remembered));
  }
}

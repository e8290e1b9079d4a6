package dev.weft.cli;

import picocli.CommandLine.Command;

/** {@code weft services}: what is done about them is a word of its own behind it. */
@Command(
    name = "services",
    description = "Serves the Services of a cluster on this node.",
    synopsisSubcommandLabel = "WHAT",
    subcommands = {ServicesNodeCommand.class, ServicesSyncCommand.class})
final class ServicesCommand extends Subcommand {}

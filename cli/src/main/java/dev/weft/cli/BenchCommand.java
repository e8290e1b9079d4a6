package dev.weft.cli;

import picocli.CommandLine.Command;

/** {@code weft bench}: what is measured is a word of its own behind it. */
@Command(
    name = "bench",
    description = "Measures Weft beside what it replaces, on this machine.",
    synopsisSubcommandLabel = "WHAT",
    subcommands = {BenchCniCommand.class, BenchServicesCommand.class})
final class BenchCommand extends Subcommand {}

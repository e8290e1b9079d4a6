package dev.weft.iptables.ruleset;

import dev.weft.iptables.ruleset.Options.Option;
import dev.weft.iptables.ruleset.Words.Word;
import dev.weft.net.IpAddress;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads one match. */
final class MatchReader {
  private MatchReader() {}

  /**
   * Reads a typed match if there is one that says the very same words, else an opaque one. So the
   * readers below need not look for what they do not know: it would be missing in what they read.
   *
   * @param raw the text of the words
   */
  static Match read(String raw, List<Word> words) {
    try {
      Optional<Match> typed = typed(words);
      if (typed.isPresent() && saysTheSame(RuleWriter.text(typed.get()), words)) {
        return typed.get();
      }
    } catch (IllegalArgumentException e) {
      // a number, a name or an address that its type does not hold
    }
    return new Match.Opaque(raw);
  }

  static boolean saysTheSame(String text, List<Word> words) {
    return Words.texts(Words.split(text)).equals(Words.texts(words));
  }

  private static Optional<Match> typed(List<Word> words) {
    boolean negated = words.getFirst().is("!");
    List<Word> rest = negated ? words.subList(1, words.size()) : words;
    if (rest.size() < 2) {
      return Optional.empty();
    }
    String value = rest.get(1).text();
    return switch (rest.getFirst().text()) {
      case "-s" -> Optional.of(new Match.Source(IpPrefix.of(value), negated));
      case "-d" -> Optional.of(new Match.Destination(IpPrefix.of(value), negated));
      case "-i" -> Optional.of(new Match.InInterface(value, negated));
      case "-o" -> Optional.of(new Match.OutInterface(value, negated));
      case "-p" -> Optional.of(new Match.Protocol(value, negated));
      case "-m" -> module(value, rest.subList(2, rest.size()));
      default -> Optional.empty();
    };
  }

  private static Optional<Match> module(String name, List<Word> words) {
    if (name.equals("comment")) {
      // Its word is text, whatever it looks like.
      return words.size() == 2
          ? Optional.of(new Match.Comment(words.get(1).text()))
          : Optional.empty();
    }
    Options options = new Options(words);
    return switch (name) {
      case "tcp" -> Optional.of(ports(Transport.TCP, options));
      case "udp" -> Optional.of(ports(Transport.UDP, options));
      case "sctp" -> Optional.of(ports(Transport.SCTP, options));
      case "multiport" -> multiport(options);
      case "addrtype" -> addressType(options);
      case "mark" -> Optional.of(mark(options.get("--mark")));
      case "conntrack" -> Optional.of(connectionState(options.get("--ctstate")));
      case "statistic" -> Optional.of(random(options.get("--probability")));
      case "recent" -> Optional.of(recent(options));
      case "physdev" -> physical(options);
      case "nfacct" -> Optional.of(new Match.Accounting(options.get("--nfacct-name").value()));
      default -> Optional.empty();
    };
  }

  private static Match ports(Transport transport, Options options) {
    return new Match.Ports(
        transport,
        options.find("--sport").map(MatchReader::port),
        options.find("--dport").map(MatchReader::port));
  }

  private static Match.Port port(Option option) {
    return new Match.Port(PortRange.parse(option.value(), ':'), option.negated());
  }

  private static Optional<Match> multiport(Options options) {
    Optional<Side> side =
        options.has("--sports")
            ? Optional.of(Side.SOURCE)
            : options.has("--dports") ? Optional.of(Side.DESTINATION) : Optional.empty();
    Option option =
        options.get(
            side.map(known -> known == Side.SOURCE ? "--sports" : "--dports").orElse("--ports"));
    List<PortRange> ranges = new ArrayList<>();
    for (String range : option.value().split(",", -1)) {
      ranges.add(PortRange.parse(range, ':'));
    }
    return Optional.of(new Match.Multiport(side, ranges, option.negated()));
  }

  private static Optional<Match> addressType(Options options) {
    Side side = options.has("--src-type") ? Side.SOURCE : Side.DESTINATION;
    Option option = options.get(side == Side.SOURCE ? "--src-type" : "--dst-type");
    return Optional.of(
        new Match.AddressType(side, Match.Kind.valueOf(option.value()), option.negated()));
  }

  private static Match mark(Option option) {
    int slash = option.value().indexOf('/');
    return slash < 0
        ? new Match.Mark(hex(option.value()), -1, option.negated())
        : new Match.Mark(
            hex(option.value().substring(0, slash)),
            hex(option.value().substring(slash + 1)),
            option.negated());
  }

  /** Reads {@code 0x} and up to 8 digits. */
  static int hex(String text) {
    if (!text.startsWith("0x")) {
      throw new IllegalArgumentException("not a hexadecimal number: " + text);
    }
    return Integer.parseUnsignedInt(text, 2, text.length(), 16);
  }

  private static Match connectionState(Option option) {
    Set<Match.CtState> states = EnumSet.noneOf(Match.CtState.class);
    for (String state : option.value().split(",", -1)) {
      states.add(Match.CtState.valueOf(state));
    }
    return new Match.ConnectionState(states, option.negated());
  }

  private static Match random(Option option) {
    Match.Random random = Match.Random.of(Double.parseDouble(option.value()));
    return new Match.Random(random.share(), option.negated());
  }

  private static Match recent(Options options) {
    for (Match.Recent.Action action : Match.Recent.Action.values()) {
      Optional<Option> chosen = options.find("--" + action.name().toLowerCase(Locale.ROOT));
      if (chosen.isPresent()) {
        Optional<Option> seconds = options.find("--seconds");
        return new Match.Recent(
            action,
            seconds.isPresent()
                ? OptionalInt.of(Integer.parseInt(seconds.get().value()))
                : OptionalInt.empty(),
            options.has("--reap"),
            options.get("--name").value(),
            IpAddress.of(options.get("--mask").value()),
            options.has("--rsource") ? Side.SOURCE : Side.DESTINATION,
            chosen.get().negated());
      }
    }
    throw new IllegalArgumentException("recent does nothing");
  }

  private static Optional<Match> physical(Options options) {
    return options.has("--physdev-in")
        ? options
            .find("--physdev-in")
            .map(option -> new Match.PhysicalIn(option.value(), option.negated()))
        : options
            .find("--physdev-out")
            .map(option -> new Match.PhysicalOut(option.value(), option.negated()));
  }
}

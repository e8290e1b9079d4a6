package dev.weft.iptables.flat;

import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.SetDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A ruleset as {@code nft list table} shows it, but for marks that stand for parts of a word. */
final class FlatText {
  private final StringBuilder text = new StringBuilder();

  private FlatText() {}

  static String of(FlatRuleset ruleset) {
    FlatText all = new FlatText();
    all.table(ruleset);
    return all.text.toString();
  }

  private void table(FlatRuleset ruleset) {
    line(
        0,
        "table "
            + NftTable.Family.of(ruleset.table().family()).text()
            + " "
            + ruleset.table().name()
            + " {");
    line(1, "comment \"" + ruleset.table().comment() + "\"");
    Map<String, List<FlatElement>> bySet =
        ruleset.elements().stream().collect(Collectors.groupingBy(FlatElement::set));
    for (SetDefinition set : ruleset.table().sets()) {
      set(set, bySet.getOrDefault(set.name(), List.of()));
    }
    ruleset.table().chains().forEach(this::chain);
    line(0, "}");
  }

  private void set(SetDefinition set, List<FlatElement> elements) {
    String type = types(set.key());
    switch (set.value()) {
      case SetDefinition.Value.None _ -> line(1, "set " + set.name() + " {");
      case SetDefinition.Value.Parts(List<SetDefinition.Type> parts) -> {
        line(1, "map " + set.name() + " {");
        type += " : " + types(parts);
      }
      case SetDefinition.Value.Verdict _ -> {
        line(1, "map " + set.name() + " {");
        type += " : verdict";
      }
    }
    line(2, "type " + type);
    if (set.interval()) {
      line(2, "flags interval");
    }
    if (set.size().isPresent()) {
      line(2, "size " + set.size().getAsInt());
      line(2, "flags dynamic,timeout");
    }
    if (!elements.isEmpty()) {
      line(2, "elements = {");
      elements.stream()
          .sorted(Comparator.comparing(each -> each.origin().object()))
          .forEach(element -> line(3, element(element.element()) + ","));
      line(2, "}");
    }
    line(1, "}");
  }

  private static String types(List<SetDefinition.Type> parts) {
    return parts.stream()
        .map(part -> part.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(" . "));
  }

  static String element(NftElement element) {
    StringBuilder text = new StringBuilder(values(element.key()));
    element.end().ifPresent(end -> text.append('-').append(values(end)));
    element.comment().ifPresent(comment -> text.append(" comment \"").append(comment).append('"'));
    element.value().ifPresent(value -> text.append(" : ").append(values(value)));
    return text.toString();
  }

  private static String values(List<NftValue> values) {
    return values.stream().map(FlatText::value).collect(Collectors.joining(" . "));
  }

  private static String value(NftValue value) {
    return switch (value) {
      case NftValue.Address(var address) -> address.toString();
      case NftValue.Mac(var mac) -> mac.toString();
      case NftValue.InterfaceName(var name) -> '"' + name + '"';
      case NftValue.Protocol(int number) ->
          switch (number) {
            case 6 -> "tcp";
            case 17 -> "udp";
            case 132 -> "sctp";
            default -> Integer.toString(number);
          };
      case NftValue.Port(int number) -> Integer.toString(number);
      case NftValue.Mark(int bits) -> "0x%08x".formatted(bits);
      case NftValue.Raw(var number, int _) -> number.toString();
      case NftValue.Goto(var chain) -> "goto " + chain;
    };
  }

  private void chain(ChainDefinition chain) {
    line(1, "chain " + chain.name() + " {");
    chain.hook().ifPresent(hook -> line(2, hook.toString()));
    for (RuleDefinition rule : chain.rules()) {
      String comment = rule.comment().isEmpty() ? "" : " comment \"" + rule.comment() + "\"";
      line(2, rule + comment);
    }
    line(1, "}");
  }

  private void line(int depth, String words) {
    text.append("\t".repeat(depth)).append(words).append('\n');
  }
}

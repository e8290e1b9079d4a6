package dev.weft.trace;

import dev.weft.trace.Event.Effect;

/** Rules in the words of Kubernetes. */
final class Wording {
  private Wording() {}

  static String of(Event.Ruled rule) {
    Event.Cause cause = rule.cause();
    if (cause.isShared()) {
      return shared(rule);
    }
    if (cause.object().isEmpty()) {
      return "a rule of somebody else" + consequence(rule.effect());
    }
    return cause.object() + ", " + cause.clause() + consequence(rule.effect());
  }

  private static String consequence(Effect effect) {
    return switch (effect) {
      case Effect.Jump _, Effect.Find _ -> "";
      case Effect.Mark(boolean masquerade) ->
          masquerade ? ": to be masqueraded" : ": not to be masqueraded";
      case Effect.Translate _ -> ": becomes its destination";
      case Effect.Masquerade _ -> ": its source becomes this node's address";
      case Effect.Accept _ -> ": accepted";
      case Effect.Drop _ -> ": dropped";
      case Effect.Reject _ -> ": refused";
      case Effect.Return _ -> ": nothing to do";
      case Effect.Nothing _ -> ": none of them holds";
    };
  }

  private static String shared(Event.Ruled rule) {
    return switch (rule.effect()) {
      case Effect.Jump _ ->
          switch (rule.cause().clause()) {
            case "services" -> "looks for a Service at this address";
            case "node ports" -> "an address of this node: looks for a node port";
            case "masquerade" -> "is it to be masqueraded?";
            case "forwarding" -> "may it be forwarded?";
            case "source ranges" -> "do source ranges let it in?";
            case "services without endpoints" -> "has its Service endpoints to use?";
            case "health checks" -> "is it a health check?";
            case "loopback guard" -> "does it feign to be local?";
            default -> rule.cause().clause();
          };
      case Effect.Mark(boolean masquerade) ->
          masquerade
              ? "to be masqueraded: gets the mark" + why(rule.cause())
              : "marked: the mark is taken off again";
      case Effect.Return _ -> "no mark: it keeps its source";
      default -> rule.cause().clause() + consequence(rule.effect());
    };
  }

  /** Rules of iptables are named by what they all do, those of nftables by what each is for. */
  private static String why(Event.Cause cause) {
    return cause.clause().equals("masquerade") ? "" : " (" + cause.clause() + ")";
  }
}

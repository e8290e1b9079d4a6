package dev.weft.agent;

import dev.weft.agent.LogLine.Fact;
import dev.weft.cni.Reply;
import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A call that has its answer.
 *
 * @param waitedNanos from when the whole call was here until somebody began to work on it
 * @param tookNanos from when it was here until there was its answer
 */
record ServedCall(
    Call call, int exitCode, Optional<CallFailure> failure, long waitedNanos, long tookNanos) {
  private static final Logger LOG = Logger.getLogger(ServedCall.class.getName());

  static ServedCall of(Call call, Reply reply, long waitedNanos, long tookNanos) {
    return new ServedCall(call, reply.exitCode(), CallFailure.of(reply), waitedNanos, tookNanos);
  }

  /**
   * Says it in the log: defects of ours as warnings, all else only to those who look for it. That a
   * call is refused is the runtime's to tell, which has the whole story.
   */
  void log() {
    Level level = failure.isPresent() && failure.get().isInternal() ? Level.WARNING : Level.FINE;
    if (!LOG.isLoggable(level)) {
      return;
    }
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("plugin", call.plugin()));
    facts.add(new Fact("verb", call.command()));
    facts.add(new Fact("container", call.container()));
    facts.add(new Fact("ifname", call.environment().getOrDefault("CNI_IFNAME", "")));
    facts.add(new Fact("network", network()));
    facts.add(new Fact("ms", millis(tookNanos)));
    facts.add(new Fact("queue_ms", millis(waitedNanos)));
    facts.add(new Fact("exit", exitCode));
    if (failure.isPresent()) {
      facts.add(new Fact("code", failure.get().code()));
      facts.add(new Fact("error", failure.get().message()));
      facts.add(new Fact("details", failure.get().details()));
    }
    LOG.log(level, failure.isPresent() ? "call failed" : "call served", facts.toArray());
  }

  /** The network's name, if the configuration is one that has it. */
  private String network() {
    try {
      return JsonText.readObject(call.stdin(), "the configuration")
                  .find("name")
                  .orElse(new Json.Null())
              instanceof Json.Str name
          ? name.value()
          : "";
    } catch (JsonException e) {
      return "";
    }
  }

  private static BigDecimal millis(long nanos) {
    return BigDecimal.valueOf(nanos / 1000, 3);
  }
}

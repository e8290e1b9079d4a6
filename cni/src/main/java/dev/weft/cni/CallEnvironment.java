package dev.weft.cni;

import dev.weft.json.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The variables of one call, checked as far as its verb needs them; an empty one counts as unset.
 */
record CallEnvironment(Map<String, String> variables) {
  /** IFNAMSIZ of linux/if.h without the closing zero. */
  private static final int IFNAME_BYTES = 15;

  /**
   * The verb.
   *
   * @throws CniException 4 naming a variable that is missing or wrong
   */
  Verb verb() {
    String command = value("CNI_COMMAND").orElse("");
    Verb verb =
        Verb.of(command)
            .orElseThrow(
                () ->
                    invalid(
                        "CNI_COMMAND is "
                            + Quoted.of(command)
                            + ", but should be ADD, DEL, CHECK, GC, STATUS or VERSION"));
    requirePresent(verb);
    return verb;
  }

  Attachment attachment() {
    String containerId = value("CNI_CONTAINERID").orElse("");
    if (!Identifier.isValid(containerId)) {
      throw invalid("CNI_CONTAINERID is " + Quoted.of(containerId) + ", but " + Identifier.SHOULD);
    }
    String ifName = value("CNI_IFNAME").orElse("");
    if (!isInterfaceName(ifName)) {
      throw invalid(
          "CNI_IFNAME is "
              + Quoted.of(ifName)
              + ", but should be 1 to 15 bytes without '/', ':' and white space, not '.' or '..'");
    }
    return new Attachment(containerId, ifName);
  }

  Optional<String> netns() {
    return value("CNI_NETNS");
  }

  boolean mayUseOwnNamespace() {
    String override = value("CNI_NETNS_OVERRIDE").orElse("");
    return override.equals("1") || override.equalsIgnoreCase("true");
  }

  /** Whether a failure that nobody foresaw is to be logged with its stack. */
  boolean wantsTraces() {
    return value("WEFT_DEBUG").isPresent();
  }

  /** The arguments, if the plugin looks at any; else they are none of its business. */
  CniArgs args(Plugin plugin) {
    Optional<Set<String>> known = plugin.argumentKeys();
    if (known.isEmpty()) {
      return CniArgs.NONE;
    }
    CniArgs args = CniArgs.parse(value("CNI_ARGS").orElse(""));
    args.requireOnly(known.get());
    return args;
  }

  PluginPath path() {
    return PluginPath.of(value("CNI_PATH").orElse(""));
  }

  private void requirePresent(Verb verb) {
    StringBuilder missing = new StringBuilder();
    for (String name : verb.requiredVariables()) {
      if (value(name).isEmpty()) {
        missing.append(missing.isEmpty() ? "" : ", ").append(name);
      }
    }
    if (!missing.isEmpty()) {
      throw invalid(verb + " needs variables that are not set or empty: " + missing);
    }
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
  }

  private static boolean isInterfaceName(String name) {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.getBytes(StandardCharsets.UTF_8).length > IFNAME_BYTES) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == ':' || c == 0 || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        return false;
      }
    }
    return true;
  }

  private static CniException invalid(String message) {
    return new CniException(ErrorCode.INVALID_ENVIRONMENT, message);
  }
}

package dev.weft.cni;

import dev.weft.json.Json;
import dev.weft.json.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * What a plugin that was called and succeeded has answered.
 *
 * @param type the plugin
 * @param stdout the result of an ADD, the versions of a VERSION; else nothing
 */
public record PluginAnswer(String type, String stdout) {
  private static final int SHOWN_STDERR = 1024;

  /**
   * Understands a reply.
   *
   * @throws CniException with the plugin's own code and sentence if it failed; with 999 if it
   *     failed without saying why
   */
  public static PluginAnswer of(String type, Reply reply) {
    if (reply.exitCode() == 0) {
      return new PluginAnswer(type, reply.stdout());
    }
    throw failure(type, reply);
  }

  /**
   * The result of an ADD.
   *
   * @param otherwise the version of a result that does not say it
   * @throws CniException 6 if it is no result
   */
  public Result result(CniVersion otherwise) {
    String what = "the result of plugin " + Quoted.of(type);
    Json.Obj json = ConfigReader.decode(stdout.getBytes(StandardCharsets.UTF_8), what);
    try {
      return ResultFormat.read(json, what, otherwise);
    } catch (CniException e) {
      // The mistake is in what the plugin wrote, not in a configuration.
      throw new CniException(
          ErrorCode.DECODING_FAILURE.number(), String.valueOf(e.getMessage()), e.details(), e);
    }
  }

  private static CniException failure(String type, Reply reply) {
    String what = "the error of plugin " + Quoted.of(type);
    try {
      ConfigReader error =
          new ConfigReader(
              ConfigReader.decode(reply.stdout().getBytes(StandardCharsets.UTF_8), what), what);
      OptionalInt code = error.integer("code", 1, Integer.MAX_VALUE);
      if (code.isPresent()) {
        return new CniException(
            code.getAsInt(),
            error.string("msg").orElse(""),
            error.string("details").orElse(""),
            null);
      }
    } catch (CniException e) {
      return unexplained(type, reply, "what it wrote is no error object: " + e.getMessage());
    }
    return unexplained(type, reply, "its error object has no code");
  }

  private static CniException unexplained(String type, Reply reply, String why) {
    String stderr = reply.stderr().strip();
    String end = stderr.substring(Math.max(0, stderr.length() - SHOWN_STDERR));
    return new CniException(
        ErrorCode.INTERNAL,
        "plugin "
            + Quoted.of(type)
            + " failed with exit code "
            + reply.exitCode()
            + " without saying why",
        end.isEmpty() ? why : why + "; it logged: " + end);
  }
}

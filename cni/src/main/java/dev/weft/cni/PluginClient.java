package dev.weft.cni;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Calls plugins as the specification says, by their name on CNI_PATH, and understands what they
 * answer.
 *
 * @param path where their programs are
 * @param program how a program is run
 */
public record PluginClient(PluginPath path, PluginProgram program) {
  private static final int SHOWN_STDERR = 1024;

  /** What a plugin that succeeded wrote. */
  public record Answer(String type, String stdout, String stderr) {

    /**
     * The result of an ADD.
     *
     * @param otherwise the version of a result that does not say it
     * @throws CniException 6 if it is no result
     */
    public Result result(CniVersion otherwise) {
      String what = "the result of plugin " + Quoted.of(type);
      Json.Obj json = JsonText.readObject(stdout.getBytes(StandardCharsets.UTF_8), what);
      try {
        return ResultFormat.read(json, what, otherwise);
      } catch (CniException e) {
        // The mistake is in what the plugin wrote, not in a configuration.
        throw new CniException(
            ErrorCode.DECODING_FAILURE.number(), String.valueOf(e.getMessage()), e.details(), e);
      }
    }
  }

  /**
   * Calls one plugin.
   *
   * @param environment all of it, CNI_COMMAND included
   * @param stdin the configuration
   * @throws CniException with the plugin's own code and sentence; 4 if there is no such program; 7
   *     if the type is no file name; 999 if it failed without saying why
   */
  public Answer call(String type, Map<String, String> environment, byte[] stdin) {
    Reply reply = program.run(path.find(type), environment, stdin);
    if (reply.exitCode() == 0) {
      return new Answer(type, reply.stdout(), reply.stderr());
    }
    throw failure(type, reply);
  }

  private static CniException failure(String type, Reply reply) {
    String what = "the error of plugin " + Quoted.of(type);
    try {
      ConfigReader error =
          new ConfigReader(
              JsonText.readObject(reply.stdout().getBytes(StandardCharsets.UTF_8), what), what);
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

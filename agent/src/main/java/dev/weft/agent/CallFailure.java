package dev.weft.agent;

import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The error object that a call was answered with. */
record CallFailure(int code, String message, String details) {

  /** Nothing for a call that succeeded. */
  static Optional<CallFailure> of(Reply reply) {
    if (reply.exitCode() == 0) {
      return Optional.empty();
    }
    try {
      Json.Obj error =
          JsonText.readObject(reply.stdout().getBytes(StandardCharsets.UTF_8), "the answer");
      return Optional.of(new CallFailure(code(error), text(error, "msg"), text(error, "details")));
    } catch (JsonException e) {
      return Optional.of(
          new CallFailure(ErrorCode.INTERNAL.number(), String.valueOf(e.getMessage()), ""));
    }
  }

  /** True for a defect of ours. */
  boolean isInternal() {
    return code == ErrorCode.INTERNAL.number();
  }

  private static int code(Json.Obj error) {
    return error.find("code").orElse(new Json.Null()) instanceof Json.Num number
        ? number.value().intValue()
        : ErrorCode.INTERNAL.number();
  }

  private static String text(Json.Obj error, String key) {
    return error.find(key).orElse(new Json.Null()) instanceof Json.Str text ? text.value() : "";
  }
}

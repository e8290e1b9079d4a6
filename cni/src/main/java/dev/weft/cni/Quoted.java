package dev.weft.cni;

/** Words from outside inside our sentences: quoted, escaped and of bounded length. */
final class Quoted {
  private static final int SHOWN = 80;

  private Quoted() {}

  static String of(String text) {
    return of(new Json.Str(text));
  }

  static String of(Json value) {
    String text = JsonText.write(value);
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}

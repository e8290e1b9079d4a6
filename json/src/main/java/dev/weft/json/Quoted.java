package dev.weft.json;

/** Words from outside inside our sentences: quoted, escaped and of bounded length. */
public final class Quoted {
  private static final int SHOWN = 80;

  private Quoted() {}

  public static String of(String text) {
    return of(new Json.Str(text));
  }

  public static String of(Json value) {
    String text = JsonText.write(value);
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}

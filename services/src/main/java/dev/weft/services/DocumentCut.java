package dev.weft.services;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the documents of a text by its lines: one begins with {@code ---} and ends before the next
 * such line or with {@code ...} (YAML 1.2.2, section 9.1). No other line of a document can begin
 * so. What has no content is no document.
 */
final class DocumentCut {

  /**
   * A document.
   *
   * @param start its first byte
   * @param end the byte after its last
   * @param line of the text in which it starts, from 1 on
   * @param contentLine the first one with content, which is no comment
   */
  record Piece(int start, int end, int line, int contentLine) {}

  private final byte[] text;
  private final List<Piece> pieces = new ArrayList<>();
  private int start;
  private int startLine = 1;

  /** Whether a line with content, or a separator, stands after the start. */
  private boolean begun;

  /** The first line with content; 0 if there is none yet. */
  private int contentLine;

  private DocumentCut(byte[] text) {
    this.text = text;
  }

  static List<Piece> cut(byte[] text) {
    return new DocumentCut(text).pieces();
  }

  private List<Piece> pieces() {
    int line = 1;
    int from = isMarked() ? 3 : 0;
    start = from;
    while (from < text.length) {
      int next = lineEnd(from);
      if (isSeparator(from, next, '-')) {
        if (begun) {
          end(from, line);
        }
        // A bare separator is left out, so that JSON can follow it.
        if (!isBlank(from + 3, next)) {
          content(line);
        } else if (contentLine == 0) {
          start = next;
          startLine = line + 1;
        }
        begun = true;
      } else if (isSeparator(from, next, '.')) {
        end(from, line);
        start = next;
        startLine = line + 1;
      } else if (!isBlank(from, next)) {
        content(line);
        begun |= text[from] != '%';
      }
      from = next;
      line++;
    }
    end(text.length, line);
    return pieces;
  }

  /** Ends the piece before a byte, which is in the given line, and starts the next one there. */
  private void end(int at, int line) {
    if (contentLine > 0) {
      pieces.add(new Piece(start, at, startLine, contentLine));
    }
    start = at;
    startLine = line;
    begun = false;
    contentLine = 0;
  }

  private void content(int line) {
    if (contentLine == 0) {
      contentLine = line;
    }
  }

  private boolean isMarked() {
    return text.length >= 3
        && text[0] == (byte) 0xEF
        && text[1] == (byte) 0xBB
        && text[2] == (byte) 0xBF;
  }

  private int lineEnd(int from) {
    int at = from;
    while (at < text.length && text[at] != '\n') {
      at++;
    }
    return Math.min(at + 1, text.length);
  }

  private boolean isSeparator(int from, int end, char sign) {
    return end - from >= 3
        && text[from] == sign
        && text[from + 1] == sign
        && text[from + 2] == sign
        && (end - from == 3 || isBlank(text[from + 3]));
  }

  /** Whether there is nothing but blanks, and maybe a comment. */
  private boolean isBlank(int from, int end) {
    int at = from;
    while (at < end && isBlank(text[at])) {
      at++;
    }
    return at >= end || text[at] == '#';
  }

  private static boolean isBlank(byte character) {
    return character >= 0 && character <= ' ';
  }
}

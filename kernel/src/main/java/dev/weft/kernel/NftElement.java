package dev.weft.kernel;

import java.util.List;
import java.util.Optional;

/**
 * An element of a set or map.
 *
 * @param key one part, or several for a concatenation
 * @param end of the range, inclusive; given exactly if the set's elements are ranges, with as many
 *     parts as the key
 * @param value for a map: one part, which may be a chain, or several for a concatenation
 * @param comment free text, at most 128 bytes, no double quote or control character. Not part of
 *     what makes an element this one: the kernel keeps the first
 */
public record NftElement(
    List<NftValue> key,
    Optional<List<NftValue>> end,
    Optional<List<NftValue>> value,
    Optional<String> comment) {

  public NftElement {
    key = List.copyOf(key);
    end = end.map(List::copyOf);
    value = value.map(List::copyOf);
    comment.ifPresent(NftSyntax::comment);
    if (key.isEmpty() || (end.isPresent() && end.get().size() != key.size())) {
      throw new IllegalArgumentException("an element has a key, and an end of as many parts");
    }
  }

  /** Whether a text can be an element's comment. */
  public static boolean isComment(String text) {
    return NftSyntax.isComment(text);
  }
}

package dev.weft.pending;

import dev.weft.cni.Attachment;
import java.time.Instant;
import java.util.List;

/**
 * What is owed to containers, to be told to people.
 *
 * @param oldest ten at most, those first that have been owed for the longest time
 */
public record OwedDeletes(int number, List<Delete> oldest) {
  /** How many are told one by one: enough to see what they have in common. */
  static final int TOLD_LIMIT = 10;

  /** As much of a sentence as anybody reads; a plugin of somebody else may write any number. */
  private static final int ERROR_LIMIT = 1000;

  /**
   * The DEL of one attachment.
   *
   * @param since when it became due
   * @param attempts how often it has failed
   * @param error why it failed last; empty if it has not been tried
   */
  public record Delete(
      String plugin,
      String network,
      Attachment attachment,
      Instant since,
      int attempts,
      String error) {

    static Delete of(PendingDelete delete, AttachmentKey key) {
      String error = delete.error();
      return new Delete(
          key.plugin(),
          key.network(),
          key.attachment(),
          Instant.ofEpochMilli(delete.since()),
          delete.attempts(),
          error.substring(0, Math.min(error.length(), ERROR_LIMIT)));
    }
  }

  public OwedDeletes {
    oldest = List.copyOf(oldest);
  }
}

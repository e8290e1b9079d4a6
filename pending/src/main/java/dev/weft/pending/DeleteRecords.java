package dev.weft.pending;

import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Where it is written down which DELs are owed. Of each attachment there are two records:
 *
 * <ul>
 *   <li><b>begun</b>, held by whoever works on the attachment: it keeps out all others, and says
 *       what is owed if its holder ends before it lets go. Lost with the kernel's state at a
 *       reboot.
 *   <li><b>pending</b>, of a DEL that failed. Kept on disk.
 * </ul>
 *
 * Each method is a step that a crash may come before or after. Names are those of {@link
 * AttachmentKey#digest}.
 */
interface DeleteRecords {

  /** False if nothing is owed to anybody, and no agent has been here since the machine started. */
  boolean inUse();

  /**
   * Takes hold of an attachment; nothing if somebody else has it just now.
   *
   * @throws IOException if its record cannot be made
   */
  Optional<Held> tryHold(String name) throws IOException;

  /** Whether the attachment has a pending record. */
  boolean isPending(String name);

  /** All that is owed, or is being worked on, with the content of its record. */
  SortedMap<String, byte[]> all() throws IOException;

  /** An attachment that nobody else works on until this is closed. */
  interface Held extends AutoCloseable {

    /** The begun record if somebody left one, else the pending one if there is one. */
    Optional<byte[]> owed() throws IOException;

    /** Puts down what is owed if this holder ends before {@link #settle}. */
    void begin(byte[] record) throws IOException;

    /** Puts down what stays owed, so that it is on the disk when this returns. */
    void keep(byte[] record) throws IOException;

    /** Nothing is owed any more. */
    void settle() throws IOException;

    /** Removes from sight what {@link #owed} gave, because it makes no sense. */
    void setAside() throws IOException;

    /** Lets go. A begun record stays if it was neither settled nor kept. */
    @Override
    void close();
  }
}

package dev.weft.kernel.linux;

import static dev.weft.kernel.linux.LinuxNftables.ELEMENTS;
import static dev.weft.kernel.linux.LinuxNftables.ELEMENTS_SET;
import static dev.weft.kernel.linux.LinuxNftables.ELEMENTS_TABLE;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.netlink.AttributeReader;
import dev.weft.kernel.netlink.Message;
import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the elements of one set or map, all of them or one. */
record NftSetReader(Netfilter netfilter, NftTable.Family family, String table, String set) {
  // linux/netfilter/nf_tables.h
  private static final int GETSET = 10;
  private static final int GETSETELEM = 13;

  private static final int SET_TABLE = 1;
  private static final int SET_NAME = 2;
  private static final int SET_FLAGS = 3;
  private static final int SET_KEY_TYPE = 4;
  private static final int SET_DATA_TYPE = 6;
  private static final int SET_INTERVAL = 0x4;
  private static final int VERDICT = 0xFFFF_FF00;

  private static final int LISTINGS = 8;

  /**
   * See {@link dev.weft.kernel.Nftables#elements}. For a while after many were added, a hash table
   * grows in the background. The kernel goes through it anew for each message of a listing, and
   * then leaves some out and tells others twice: what takes several messages is listed until two
   * listings agree.
   */
  List<NftElement> all() {
    try {
      NftElements.Shape shape = shape();
      Set<NftElement> seen = Set.of();
      for (int i = 0; i < LISTINGS; i++) {
        List<Message> messages = netfilter.dump(request(0));
        Set<NftElement> listed = new LinkedHashSet<>(NftElements.decode(shape, read(messages)));
        boolean settled = messages.size() <= 1 || listed.equals(seen);
        seen = listed;
        if (settled) {
          break; // or others change it all the time
        }
      }
      return List.copyOf(seen);
    } catch (NetlinkException e) {
      throw Refusal.because("cannot read the set " + name(), e);
    }
  }

  /** See {@link dev.weft.kernel.Nftables#element}. */
  Optional<NftElement> find(List<NftValue> key) {
    try {
      List<NftElements.Raw> found = new ArrayList<>(ask(NftDatatype.write(key), false));
      if (found.isEmpty()) {
        return Optional.empty();
      }
      NftElements.Shape shape = shape();
      if (shape.isPlainRanges()) {
        found.addAll(end(found.getFirst(), NftDatatype.write(key)));
      }
      return Optional.of(NftElements.decode(shape, found).getFirst());
    } catch (NetlinkException e) {
      throw Refusal.because("cannot look for " + key + " in the set " + name(), e);
    }
  }

  /**
   * The end of the range that starts here and that a key lies in; nothing if it goes on to the last
   * key. Ends are asked for by a key behind the start: at the start itself another range may end,
   * which the kernel would tell instead.
   */
  private List<NftElements.Raw> end(NftElements.Raw start, byte[] key) throws NetlinkException {
    if (!Arrays.equals(start.key(), key)) {
      return ask(key, true);
    }
    byte @Nullable [] next = NftElements.next(key);
    if (next == null) {
      return List.of();
    }
    List<NftElements.Raw> around = ask(next, false);
    boolean goesOn = !around.isEmpty() && Arrays.equals(around.getFirst().key(), key);
    return goesOn ? ask(next, true) : List.of(NftElements.Raw.end(next));
  }

  /** The element that has a key, or the start or end of the range that the key lies in. */
  private List<NftElements.Raw> ask(byte[] key, boolean end) throws NetlinkException {
    // Where no end is behind a key, the kernel answers with nothing but an acknowledgement.
    MessageWriter request = request(MessageWriter.NLM_F_ACK);
    NftElements.writeKey(request, ELEMENTS, key, end);
    try {
      return read(netfilter.ask(request));
    } catch (NetlinkException e) {
      if (Errno.of(e.errno()) == Errno.ENOENT) {
        return List.of();
      }
      throw e;
    }
  }

  private MessageWriter request(int flags) {
    return LinuxNftables.message(GETSETELEM, family.number(), flags)
        .attribute(ELEMENTS_TABLE, table)
        .attribute(ELEMENTS_SET, set);
  }

  private static List<NftElements.Raw> read(List<Message> messages) throws NetlinkException {
    List<NftElements.Raw> raw = new ArrayList<>();
    for (Message message : messages) {
      AttributeReader body = message.body();
      while (body.next()) {
        if (body.type() == ELEMENTS) {
          NftElements.read(body.nested(), raw);
        }
      }
    }
    return raw;
  }

  private NftElements.Shape shape() throws NetlinkException {
    MessageWriter request =
        LinuxNftables.message(GETSET, family.number(), 0)
            .attribute(SET_TABLE, table)
            .attribute(SET_NAME, set);
    int keyType = 0;
    int valueType = 0;
    int flags = 0;
    for (Message message : netfilter.ask(request)) {
      AttributeReader body = message.body();
      while (body.next()) {
        switch (body.type()) {
          case SET_KEY_TYPE -> keyType = body.asIntBigEndian();
          case SET_DATA_TYPE -> valueType = body.asIntBigEndian();
          case SET_FLAGS -> flags = body.asIntBigEndian();
          default -> {}
        }
      }
    }
    boolean isMap = valueType != 0 && valueType != VERDICT;
    return new NftElements.Shape(
        known(keyType),
        isMap ? Optional.of(known(valueType)) : Optional.empty(),
        (flags & SET_INTERVAL) != 0);
  }

  private List<NftDatatype> known(int type) {
    return NftDatatype.parts(type)
        .orElseThrow(
            () ->
                new KernelException(
                    Errno.EOPNOTSUPP,
                    "the set "
                        + name()
                        + " has keys or values of a type that is not known here: number "
                        + type));
  }

  private String name() {
    return LinuxNftables.tableName(family, table) + ' ' + set;
  }
}

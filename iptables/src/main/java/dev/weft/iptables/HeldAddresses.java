package dev.weft.iptables;

import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses an owner has, in a map of a table of nftables: an owner is found by its name,
 * however many others there are.
 *
 * <p>The key is 12 bytes of the SHA-512 of the owner's mark, and a number that counts its addresses
 * from 0 on; the value is the address, one of IPv4 as IPv6 maps it ({@code ::ffff:10.1.0.5}).
 * Whoever has an address has said so in the same transaction. The reverse need not hold: another
 * may have taken the address over since.
 */
final class HeldAddresses {
  static final NftTable.Set MAP =
      new NftTable.Set("held", "mark . mark . mark . mark", Optional.of("ipv6_addr"), false);

  private static final int DIGEST_WORDS = 3;
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xFF, (byte) 0xFF};

  private final Nftables nftables;
  private final NftTable table;

  HeldAddresses(Nftables nftables, NftTable table) {
    this.nftables = nftables;
    this.table = table;
  }

  /** The entry that says that an owner has an address, as the one of that number. */
  static NftElement entry(String mark, int number, IpAddress address) {
    byte[] bytes = address.toBytes();
    IpAddress value =
        address.isV4()
            ? IpAddress.of(ByteBuffer.allocate(16).put(MAPPED).put(bytes).array())
            : address;
    return new NftElement(
        key(mark, number),
        Optional.empty(),
        Optional.of(List.of(new NftValue.Address(value))),
        Optional.of(mark));
  }

  /** An owner's entries, by their numbers. */
  List<NftElement> of(String mark) {
    List<NftElement> entries = new ArrayList<>();
    Optional<NftElement> entry = find(mark, 0);
    while (entry.isPresent()) {
      entries.add(entry.get());
      entry = find(mark, entries.size());
    }
    return entries;
  }

  private Optional<NftElement> find(String mark, int number) {
    return nftables.element(table.family(), table.name(), MAP.name(), key(mark, number));
  }

  private static List<NftValue> key(String mark, int number) {
    ByteBuffer digest = ByteBuffer.wrap(OwnerMark.sha512(mark));
    List<NftValue> key = new ArrayList<>(DIGEST_WORDS + 1);
    for (int i = 0; i < DIGEST_WORDS; i++) {
      key.add(new NftValue.Mark(digest.getInt()));
    }
    key.add(new NftValue.Mark(number));
    return key;
  }

  /** The address that an entry tells. */
  static IpAddress address(NftElement entry) {
    IpAddress value = ((NftValue.Address) entry.value().orElseThrow().getFirst()).address();
    byte[] bytes = value.toBytes();
    boolean mapped = ByteBuffer.wrap(bytes, 0, MAPPED.length).equals(ByteBuffer.wrap(MAPPED));
    return mapped
        ? IpAddress.of(ByteBuffer.allocate(4).put(bytes, MAPPED.length, 4).array())
        : value;
  }
}

package dev.weft.kernel.netlink;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Writing the request for a veth pair, and reading links as a dump brings them; time per message.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NetlinkBenchmark {
  private static final int LINKS = 100;

  // linux/rtnetlink.h, linux/if_link.h, linux/veth.h
  private static final int RTM_NEWLINK = 16;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int VETH_INFO_PEER = 1;
  private static final byte[] MAC = {2, 0, 0x5e, 0x10, 0, 1};

  private final byte[] dump = dump();

  @Benchmark
  public byte[] writeVeth() {
    return veth(7).seal(MessageWriter.NLM_F_REQUEST, 1);
  }

  @Benchmark
  @OperationsPerInvocation(LINKS)
  public long readLinks() throws NetlinkException {
    long read = 0;
    int offset = 0;
    while (offset < dump.length) {
      Message message = Message.at(dump, offset);
      AttributeReader link = message.body();
      int index = link.getInt(4);
      link.skip(16);
      read += index + readAttributes(link);
      offset = message.next();
    }
    return read;
  }

  private static int readAttributes(AttributeReader link) throws NetlinkException {
    int read = 0;
    while (link.next()) {
      read +=
          switch (link.type()) {
            case IFLA_IFNAME -> link.asString().length();
            case IFLA_MTU -> link.asInt();
            case IFLA_ADDRESS -> link.asBytes(6).length;
            case IFLA_LINKINFO -> readKind(link.nested());
            default -> 0;
          };
    }
    return read;
  }

  private static int readKind(AttributeReader info) throws NetlinkException {
    while (info.next()) {
      if (info.type() == IFLA_INFO_KIND) {
        return info.asString().length();
      }
    }
    return 0;
  }

  private static byte[] dump() {
    ByteArrayOutputStream datagram = new ByteArrayOutputStream();
    for (int i = 0; i < LINKS; i++) {
      MessageWriter link = veth(i + 1);
      datagram.write(link.seal(0, 1), 0, (link.length() + 3) & ~3);
    }
    return datagram.toByteArray();
  }

  private static MessageWriter veth(int index) {
    MessageWriter link =
        ifInfo(
                new MessageWriter(
                    RTM_NEWLINK, MessageWriter.NLM_F_CREATE | MessageWriter.NLM_F_EXCL),
                index)
            .attribute(IFLA_IFNAME, "veth0123abcd")
            .attributeInt(IFLA_MTU, 1450)
            .attribute(IFLA_ADDRESS, MAC);
    int info = link.begin(IFLA_LINKINFO);
    link.attribute(IFLA_INFO_KIND, "veth");
    int data = link.begin(IFLA_INFO_DATA);
    int peer = link.begin(VETH_INFO_PEER);
    ifInfo(link, 0).attribute(IFLA_IFNAME, "eth0");
    return link.end(peer).end(data).end(info);
  }

  /** struct ifinfomsg: family, type, index, flags, change. */
  private static MessageWriter ifInfo(MessageWriter message, int index) {
    return message.putByte(0).putByte(0).putShort(1).putInt(index).putInt(0).putInt(0);
  }
}

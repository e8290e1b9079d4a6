package dev.weft.kernel.linux;

import dev.weft.kernel.netlink.MessageWriter;
import dev.weft.kernel.nft.Expression;
import dev.weft.kernel.nft.Expression.Meta;
import dev.weft.kernel.nft.Expression.Side;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.Statement;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes rules as the kernel's own instructions, which work on registers of 32 bits
 * (linux/netfilter/nf_tables.h, NFTA_EXPR_*). A value stands from its register on; what it is
 * computed from is overwritten by it.
 */
final class NftRules {
  static final int JUMP = -3;
  static final int GOTO = -4;

  private static final int LIST_ELEM = 1;
  private static final int EXPR_NAME = 1;
  private static final int EXPR_DATA = 2;
  private static final int DATA_VALUE = 1;
  private static final int DATA_VERDICT = 2;
  private static final int VERDICT_CODE = 1;
  private static final int VERDICT_CHAIN = 2;
  private static final int DROP = 0;

  /** NFT_REG_VERDICT, and NFT_REG32_00, the first of sixteen. */
  private static final int VERDICT = 0;

  private static final int FIRST = 8;
  private static final int REGISTERS = 16;

  private final MessageWriter message;
  private final IpFamily family;

  private NftRules(MessageWriter message, IpFamily family) {
    this.message = message;
    this.family = family;
  }

  /** Writes a rule's instructions as an attribute. */
  static void write(MessageWriter message, int attribute, RuleDefinition rule, IpFamily family) {
    NftRules rules = new NftRules(message, family);
    int list = message.begin(attribute);
    for (Statement statement : rule.statements()) {
      rules.statement(statement);
    }
    message.end(list);
  }

  /**
   * Writes a verdict.
   *
   * @param chain empty for one that leads to none
   */
  static void verdict(MessageWriter message, int code, String chain) {
    int start = message.begin(DATA_VERDICT);
    message.attributeIntBigEndian(VERDICT_CODE, code);
    if (!chain.isEmpty()) {
      message.attribute(VERDICT_CHAIN, chain);
    }
    message.end(start);
  }

  private void statement(Statement statement) {
    switch (statement) {
      case Statement.Equals(Expression value, int number, boolean negated) -> {
        compute(value, FIRST);
        compare(bytes(number), negated);
      }
      case Statement.Within(Expression.Address address, IpPrefix prefix, boolean negated) -> {
        compute(address, FIRST);
        byte[] mask = prefix.mask().toBytes();
        bitwise(FIRST, mask, new byte[mask.length]);
        compare(prefix.network().address().toBytes(), negated);
      }
      case Statement.InInterface(String name, boolean prefix, boolean negated) -> {
        compute(Meta.IIFNAME, FIRST);
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        compare(prefix ? text : Arrays.copyOf(text, Meta.IIFNAME.bytes()), negated);
      }
      case Statement.IsLocal(Side side, boolean negated) -> {
        int start = begin("fib");
        message
            .attributeIntBigEndian(1, FIRST)
            .attributeIntBigEndian(2, 3) // NFT_FIB_RESULT_ADDRTYPE
            .attributeIntBigEndian(3, side == Side.SOURCE ? 1 : 2); // NFTA_FIB_F_SADDR, _DADDR
        end(start);
        compare(bytes(2), negated); // RTN_LOCAL
      }
      case Statement.Is(Statement.Tracked what, boolean negated) -> {
        boolean isState = what == Statement.Tracked.NEW;
        int start = begin("ct");
        message
            .attributeIntBigEndian(1, FIRST)
            .attributeIntBigEndian(2, isState ? 0 : 2); // NFT_CT_STATE, NFT_CT_STATUS
        end(start);
        // NF_CT_STATE_BIT(IP_CT_NEW), IPS_DST_NAT
        bitwise(FIRST, bytes(isState ? 1 << 3 : 1 << 5), bytes(0));
        compare(bytes(0), !negated);
      }
      case Statement.Has(Expression key, SetDefinition set, boolean negated) -> {
        compute(key, FIRST);
        int start = lookup(set, FIRST);
        if (negated) {
          message.attributeIntBigEndian(5, 1); // NFT_LOOKUP_F_INV
        }
        end(start);
      }
      case Statement.Note(Meta where, Expression value) -> {
        compute(value, FIRST);
        note(where);
      }
      case Statement.Clear(Meta where) -> {
        int start = begin("immediate");
        message.attributeIntBigEndian(1, FIRST);
        data(2, bytes(0));
        end(start);
        note(where);
      }
      case Statement.Dispatch(Expression key, SetDefinition map) -> {
        compute(key, FIRST);
        int start = lookup(map, FIRST);
        message.attributeIntBigEndian(3, VERDICT);
        end(start);
      }
      case Statement.Dnat(Expression to) -> {
        compute(to, FIRST);
        int start = begin("nat");
        message
            .attributeIntBigEndian(1, 1) // NFT_NAT_DNAT
            .attributeIntBigEndian(2, family == IpFamily.V4 ? 2 : 10)
            .attributeIntBigEndian(3, FIRST)
            .attributeIntBigEndian(5, FIRST + family.bytes() / 4);
        end(start);
      }
      case Statement.Masquerade _ -> {
        int start = begin("masq");
        message.attributeIntBigEndian(1, 1 << 4); // NF_NAT_RANGE_PROTO_RANDOM_FULLY
        end(start);
      }
      case Statement.Reject _ -> {
        int start = begin("reject");
        message
            .attributeIntBigEndian(1, 0) // NFT_REJECT_ICMP_UNREACH
            .attributeByte(2, family == IpFamily.V4 ? 3 : 4); // port unreachable
        end(start);
      }
      case Statement.Remember(var set, var key, var timeout) -> {
        compute(key, FIRST);
        int start = dynset(set, 1); // NFT_DYNSET_OP_UPDATE
        message.attributeLongBigEndian(6, timeout.toMillis());
        end(start);
      }
      case Statement.Forget(var set, var key) -> {
        compute(key, FIRST);
        end(dynset(set, 2)); // NFT_DYNSET_OP_DELETE
      }
      case Statement.Goto(String chain) -> decide(GOTO, chain);
      case Statement.Jump(String chain) -> decide(JUMP, chain);
      case Statement.Drop _ -> decide(DROP, "");
    }
  }

  /** Computes a value into registers from one on. */
  private void compute(Expression expression, int register) {
    if (register + Expression.padded(expression.bytes()) / 4 > FIRST + REGISTERS) {
      throw new IllegalArgumentException(expression + " is too long for the kernel's registers");
    }
    switch (expression) {
      case Meta meta -> {
        int start = begin("meta");
        message.attributeIntBigEndian(1, register).attributeIntBigEndian(2, number(meta));
        end(start);
      }
      case Expression.Address(IpFamily of, Side side) -> {
        int first = of == IpFamily.V4 ? 12 : 8;
        payload(1, first + (side == Side.SOURCE ? 0 : of.bytes()), of.bytes(), register);
      }
      case Expression.Port(Side side) -> payload(2, side == Side.SOURCE ? 0 : 2, 2, register);
      case Expression.Random(int modulus) -> {
        int start = begin("numgen");
        message
            .attributeIntBigEndian(1, register)
            .attributeIntBigEndian(2, modulus)
            .attributeIntBigEndian(3, 1); // NFT_NG_RANDOM
        end(start);
      }
      case Expression.Bits(Meta of, int keep, int flip) -> {
        compute(of, register);
        bitwise(register, bytes(keep), bytes(flip));
      }
      case Expression.Joined joined -> {
        int at = register;
        for (Expression part : joined.parts()) {
          compute(part, at);
          at += Expression.padded(part.bytes()) / 4;
        }
      }
      case Expression.Found(Expression key, SetDefinition map) -> {
        compute(key, register);
        int start = lookup(map, register);
        message.attributeIntBigEndian(3, register);
        end(start);
      }
    }
  }

  private static int number(Meta meta) {
    return switch (meta) {
      case PRIORITY -> 2;
      case MARK -> 3;
      case IIFNAME -> 6;
      case L4PROTO -> 16;
    };
  }

  private void payload(int base, int offset, int length, int register) {
    int start = begin("payload");
    message
        .attributeIntBigEndian(1, register)
        .attributeIntBigEndian(2, base)
        .attributeIntBigEndian(3, offset)
        .attributeIntBigEndian(4, length);
    end(start);
  }

  private void bitwise(int register, byte[] mask, byte[] xor) {
    int start = begin("bitwise");
    message
        .attributeIntBigEndian(1, register)
        .attributeIntBigEndian(2, register)
        .attributeIntBigEndian(3, mask.length);
    data(4, mask);
    data(5, xor);
    end(start);
  }

  private void compare(byte[] with, boolean negated) {
    int start = begin("cmp");
    message.attributeIntBigEndian(1, FIRST).attributeIntBigEndian(2, negated ? 1 : 0);
    data(3, with);
    end(start);
  }

  private int lookup(SetDefinition set, int register) {
    int start = begin("lookup");
    message.attribute(1, set.name()).attributeIntBigEndian(2, register);
    return start;
  }

  private int dynset(SetDefinition set, int operation) {
    int start = begin("dynset");
    message
        .attribute(1, set.name())
        .attributeIntBigEndian(3, operation)
        .attributeIntBigEndian(4, FIRST);
    return start;
  }

  private void note(Meta where) {
    int start = begin("meta");
    message.attributeIntBigEndian(3, FIRST).attributeIntBigEndian(2, number(where));
    end(start);
  }

  private void decide(int code, String chain) {
    int start = begin("immediate");
    message.attributeIntBigEndian(1, VERDICT);
    int data = message.begin(2);
    verdict(message, code, chain);
    message.end(data);
    end(start);
  }

  private void data(int attribute, byte[] value) {
    int start = message.begin(attribute);
    message.attribute(DATA_VALUE, value).end(start);
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array();
  }

  private int begin(String name) {
    int element = message.begin(LIST_ELEM);
    message.attribute(EXPR_NAME, name);
    openElement = element;
    return message.begin(EXPR_DATA);
  }

  private int openElement;

  private void end(int data) {
    message.end(data).end(openElement);
  }
}

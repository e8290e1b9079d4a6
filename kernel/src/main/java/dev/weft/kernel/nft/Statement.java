package dev.weft.kernel.nft;

import dev.weft.kernel.nft.Expression.Meta;
import dev.weft.net.IpPrefix;
import java.time.Duration;
import java.util.Locale;

/** A part of a rule: a condition, without which the rule ends there, or something that is done. */
public sealed interface Statement {

  /** The value is, or is not, this number of 32 bits. */
  record Equals(Expression value, int number, boolean negated) implements Statement {
    @Override
    public String toString() {
      return value + (negated ? " != " : " == ") + "0x%08x".formatted(number);
    }
  }

  /** An address is, or is not, within a prefix. */
  record Within(Expression.Address address, IpPrefix prefix, boolean negated) implements Statement {
    @Override
    public String toString() {
      return address + (negated ? " != " : " ") + prefix;
    }
  }

  /**
   * The packet came, or did not come, by an interface.
   *
   * @param name 1 to 15 bytes
   * @param prefix whether names are meant that begin like this
   */
  record InInterface(String name, boolean prefix, boolean negated) implements Statement {
    @Override
    public String toString() {
      return "iifname " + (negated ? "!= " : "") + '"' + name + (prefix ? "*\"" : "\"");
    }
  }

  /** An address is, or is not, one of this node's own. */
  record IsLocal(Expression.Side side, boolean negated) implements Statement {
    @Override
    public String toString() {
      return "fib " + side.letter() + "addr type " + (negated ? "!= " : "") + "local";
    }
  }

  /** What connection tracking says of a packet's connection. */
  enum Tracked {
    /** The packet is its first. */
    NEW,
    /** Its destination was changed. */
    DNAT
  }

  /** Connection tracking says so, or does not. */
  record Is(Tracked what, boolean negated) implements Statement {
    @Override
    public String toString() {
      String name = (what == Tracked.NEW ? "ct state" : "ct status");
      return name + (negated ? " ! " : " ") + what.name().toLowerCase(Locale.ROOT);
    }
  }

  /** The set has, or has not, this key. */
  record Has(Expression key, SetDefinition set, boolean negated) implements Statement {
    public Has {
      if (!set.isPlain()) {
        throw new IllegalArgumentException(set.name() + " is a map; it should be a set");
      }
    }

    @Override
    public String toString() {
      return key + (negated ? " != @" : " @") + set.name();
    }
  }

  /** Notes a value with the packet, as its priority or mark. */
  record Note(Meta where, Expression value) implements Statement {
    @Override
    public String toString() {
      return where + " set " + value;
    }
  }

  /** Forgets what was noted. */
  record Clear(Meta where) implements Statement {
    @Override
    public String toString() {
      return where + " set 0";
    }
  }

  /** Goes on where the map leads; the rule ends there if it leads nowhere. */
  record Dispatch(Expression key, SetDefinition map) implements Statement {
    @Override
    public String toString() {
      return key + " vmap @" + map.name();
    }
  }

  /** Gives the connection another destination: an address and a port. */
  record Dnat(Expression to) implements Statement {
    @Override
    public String toString() {
      return "dnat to " + to;
    }
  }

  /** Gives the connection the source address of the interface that it leaves by, and any port. */
  record Masquerade() implements Statement {
    @Override
    public String toString() {
      return "masquerade fully-random";
    }
  }

  /** Drops the packet and tells its sender that nobody is at the port. */
  record Reject() implements Statement {
    @Override
    public String toString() {
      return "reject";
    }
  }

  /** Remembers a key for a while, anew if it was; if the set is full, the rule ends there. */
  record Remember(SetDefinition set, Expression key, Duration timeout) implements Statement {
    @Override
    public String toString() {
      return "update @%s { %s timeout %ds }".formatted(set.name(), key, timeout.toSeconds());
    }
  }

  /** Forgets a key that was remembered; the rule goes on if it was not. */
  record Forget(SetDefinition set, Expression key) implements Statement {
    @Override
    public String toString() {
      return "delete @" + set.name() + " { " + key + " }";
    }
  }

  /** Goes on in another chain, whose end leads to where this one's would. */
  record Goto(String chain) implements Statement {
    @Override
    public String toString() {
      return "goto " + chain;
    }
  }

  /** Goes on in another chain, whose end leads back here. */
  record Jump(String chain) implements Statement {
    @Override
    public String toString() {
      return "jump " + chain;
    }
  }

  /** Drops the packet. */
  record Drop() implements Statement {
    @Override
    public String toString() {
      return "drop";
    }
  }
}

package dev.weft.iptables;

import dev.weft.kernel.Iptables;
import dev.weft.kernel.IptablesChange;
import dev.weft.kernel.IptablesTable;
import dev.weft.kernel.KernelException;
import dev.weft.net.IpFamily;
import dev.weft.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Masquerade by one rule per pod address, in a chain of our own that POSTROUTING jumps to. The
 * chain and the jump stay when the last pod is gone: two processes need not agree on who is last.
 */
final class IptablesMasquerade implements Masquerade {
  static final String TABLE = "nat";
  static final String CHAIN = "WEFT-MASQUERADE";

  private static final String HOOK = "POSTROUTING";
  private static final List<String> JUMP =
      List.of("-m", "comment", "--comment", "Weft: source NAT for pods", "-j", CHAIN);

  private final Iptables iptables;

  IptablesMasquerade(Iptables iptables) {
    this.iptables = iptables;
  }

  @Override
  public Optional<String> obstacle() {
    return iptables.isAvailable(IpFamily.V4)
        ? Optional.empty()
        : Optional.of(
            "iptables cannot do NAT here: it needs the programs iptables-save and iptables-restore"
                + " of a kind that the kernel serves, which is iptables-legacy where nf_tables"
                + " lacks the family ip");
  }

  @Override
  public void add(RuleOwner owner, List<IpPrefix> addresses) {
    try {
      for (IpFamily family : IpFamily.values()) {
        List<List<String>> rules = rules(family, owner, addresses);
        if (!rules.isEmpty()) {
          IptablesTransaction.run(iptables, family, TABLE, nat -> additions(family, nat, rules));
        }
      }
    } catch (KernelException e) {
      undo(owner, e);
      throw e;
    }
  }

  /** Takes back what one family has when the other fails. */
  private void undo(RuleOwner owner, KernelException cause) {
    try {
      remove(owner);
    } catch (KernelException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void remove(RuleOwner owner) {
    removeIf(OwnerMark.of(owner)::equals);
  }

  @Override
  public void retain(String network, Set<RuleOwner> owners) {
    removeIf(OwnerMark.beyond(network, owners));
  }

  @Override
  public List<IpPrefix> missing(RuleOwner owner, List<IpPrefix> addresses) {
    List<IpPrefix> missing = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      List<IpPrefix> wanted = new ArrayList<>();
      for (IpPrefix address : addresses) {
        if (address.family() == family) {
          wanted.add(address);
        }
      }
      if (!wanted.isEmpty()) {
        missing.addAll(missing(family, owner, wanted));
      }
    }
    return missing;
  }

  private List<IpPrefix> missing(IpFamily family, RuleOwner owner, List<IpPrefix> addresses) {
    if (!iptables.hasChain(family, TABLE, CHAIN)) {
      return addresses;
    }
    IptablesTable nat = iptables.read(family, TABLE);
    if (!contains(nat, HOOK, JUMP)) {
      return addresses;
    }
    List<IpPrefix> missing = new ArrayList<>();
    for (IpPrefix address : addresses) {
      for (List<String> rule : rules(family, owner, List.of(address))) {
        if (!contains(nat, CHAIN, rule)) {
          missing.add(address);
        }
      }
    }
    return missing;
  }

  private void removeIf(Predicate<String> isSuch) {
    for (IpFamily family : IpFamily.values()) {
      if (iptables.hasChain(family, TABLE, CHAIN)) {
        IptablesTransaction.run(iptables, family, TABLE, nat -> removals(nat, isSuch));
      }
    }
  }

  private static List<IptablesChange> additions(
      IpFamily family, IptablesTable nat, List<List<String>> rules) {
    List<IptablesChange> changes = new ArrayList<>();
    if (nat.rules(CHAIN).isEmpty()) {
      changes.add(new IptablesChange.NewChain(CHAIN));
    }
    List<String> spared = List.of("-d", multicast(family), "-j", "RETURN");
    if (!contains(nat, CHAIN, spared)) {
      changes.add(new IptablesChange.Prepend(CHAIN, spared));
    }
    if (!contains(nat, HOOK, JUMP)) {
      changes.add(new IptablesChange.Append(HOOK, JUMP));
    }
    for (List<String> rule : rules) {
      if (!contains(nat, CHAIN, rule)) {
        changes.add(new IptablesChange.Append(CHAIN, rule));
      }
    }
    return changes;
  }

  private static List<IptablesChange> removals(IptablesTable nat, Predicate<String> isSuch) {
    List<IptablesChange> changes = new ArrayList<>();
    for (List<String> rule : nat.rules(CHAIN).orElse(List.of())) {
      if (isSuch.test(IptablesRule.comment(rule))) {
        changes.add(new IptablesChange.Delete(CHAIN, rule));
      }
    }
    return changes;
  }

  private static boolean contains(IptablesTable table, String chain, List<String> rule) {
    return table.rules(chain).orElse(List.of()).contains(rule);
  }

  /** The destinations that are never masqueraded. */
  static String multicast(IpFamily family) {
    return family == IpFamily.V4 ? "224.0.0.0/4" : "ff00::/8";
  }

  /** The rules of an owner in one family, as {@code iptables-save} shows them. */
  private static List<List<String>> rules(
      IpFamily family, RuleOwner owner, List<IpPrefix> addresses) {
    List<List<String>> rules = new ArrayList<>();
    for (IpPrefix address : addresses) {
      // To a pod whose subnet is everything, everything is near.
      if (address.family() == family && address.length() > 0) {
        List<String> rule =
            List.of(
                "-s",
                IpPrefix.host(address.address()).toString(),
                "!",
                "-d",
                address.network().toString(),
                "-m",
                "comment",
                "--comment",
                OwnerMark.of(owner),
                "-j",
                "MASQUERADE");
        if (!rules.contains(rule)) {
          rules.add(rule);
        }
      }
    }
    return rules;
  }
}

package dev.weft.kernel.memory;

import dev.weft.kernel.Errno;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftOperation;
import dev.weft.kernel.NftRule;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.nft.ChainDefinition;
import dev.weft.kernel.nft.RuleDefinition;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** nftables in memory: keeps tables, elements and comments; does not look at packets. */
final class InMemoryNftables implements Nftables {
  private final Map<TableKey, Table> tables = new HashMap<>();
  private final Set<KernelFeature> features;
  private final Consumer<String> beforeChange;
  private int generation;

  /**
   * @param features of the kernel; what it lacks is refused
   * @param beforeChange hears what is about to be done, and may throw to refuse it
   */
  InMemoryNftables(Set<KernelFeature> features, Consumer<String> beforeChange) {
    this.features = features;
    this.beforeChange = beforeChange;
  }

  private record TableKey(NftTable.Family family, String name) {}

  private record SetKey(NftTable.Family family, String table, String set) {}

  /** What tells one element from another. */
  private record ElementKey(List<NftValue> start, List<NftValue> end) {
    static ElementKey of(NftElement element) {
      return new ElementKey(element.key(), element.end().orElse(element.key()));
    }

    boolean overlaps(ElementKey other) {
      boolean all = true;
      for (int i = 0; i < start.size(); i++) {
        all &=
            compare(start.get(i), other.end.get(i)) <= 0
                && compare(other.start.get(i), end.get(i)) <= 0;
      }
      return all;
    }

    private static int compare(NftValue a, NftValue b) {
      return switch (a) {
        case NftValue.Address(IpAddress address) when b instanceof NftValue.Address other ->
            address.compareTo(other.address());
        case NftValue.Port port when b instanceof NftValue.Port other ->
            Integer.compare(port.number(), other.number());
        case NftValue.Protocol protocol when b instanceof NftValue.Protocol other ->
            Integer.compare(protocol.number(), other.number());
        case NftValue.Raw raw when b instanceof NftValue.Raw other ->
            raw.number().compareTo(other.number());
        case NftValue.Mac mac when b instanceof NftValue.Mac other ->
            Long.compare(mac.mac().value(), other.mac().value());
        default -> a.equals(b) ? 0 : a.toString().compareTo(b.toString());
      };
    }
  }

  private static final class Table {
    private final Map<String, Map<ElementKey, NftElement>> sets = new LinkedHashMap<>();
    private final Map<String, List<NftRule>> chains = new LinkedHashMap<>();

    Table(NftTable declared) {
      for (NftTable.Set set : declared.sets()) {
        sets.put(set.name(), new LinkedHashMap<>());
      }
      long handle = 1;
      for (NftTable.Chain chain : declared.chains()) {
        List<NftRule> rules = new ArrayList<>();
        for (String rule : chain.rules()) {
          rules.add(new NftRule(handle++, comment(rule)));
        }
        chains.put(chain.name(), rules);
      }
    }

    Table(TableDefinition declared) {
      declared.sets().forEach(set -> sets.put(set.name(), new LinkedHashMap<>()));
      declared.chains().forEach(this::add);
    }

    /** What a transaction works on, lest half of one stays behind. */
    Table(Table other) {
      other.sets.forEach((name, set) -> sets.put(name, new LinkedHashMap<>(set)));
      other.chains.forEach((name, rules) -> chains.put(name, new ArrayList<>(rules)));
    }

    void add(ChainDefinition chain) {
      List<NftRule> rules = new ArrayList<>();
      long handle = 1L + chains.values().stream().mapToInt(List::size).sum();
      for (RuleDefinition rule : chain.rules()) {
        String comment = rule.comment();
        rules.add(
            new NftRule(handle++, comment.isEmpty() ? Optional.empty() : Optional.of(comment)));
      }
      chains.put(chain.name(), rules);
    }

    private static Optional<String> comment(String rule) {
      int at = rule.lastIndexOf("comment \"");
      return at < 0 || !rule.endsWith("\"")
          ? Optional.empty()
          : Optional.of(rule.substring(at + "comment \"".length(), rule.length() - 1));
    }
  }

  @Override
  public boolean isAvailable(NftTable.Family family) {
    return features.contains(
        family == NftTable.Family.BRIDGE
            ? KernelFeature.NFTABLES_FOR_BRIDGES
            : KernelFeature.NFTABLES_FOR_IP);
  }

  private void requireAvailable(NftTable.Family family) {
    if (!isAvailable(family)) {
      throw new KernelException(
          Errno.EOPNOTSUPP, "The kernel has no nftables of the family " + family.text() + ".");
    }
  }

  @Override
  public boolean hasProgram() {
    return true;
  }

  @Override
  public synchronized void load(List<NftTable> loaded) {
    beforeChange.accept("load nftables");
    generation++;
    loaded.forEach(table -> requireAvailable(table.family()));
    for (NftTable table : loaded) {
      tables.put(new TableKey(table.family(), table.name()), new Table(table));
    }
  }

  @Override
  public synchronized boolean ensure(NftTable table) {
    if (exists(table.family(), table.name())) {
      return false;
    }
    beforeChange.accept("create nftables table " + table.name());
    generation++;
    requireAvailable(table.family());
    tables.put(new TableKey(table.family(), table.name()), new Table(table));
    return true;
  }

  @Override
  public synchronized boolean exists(NftTable.Family family, String table) {
    return tables.containsKey(new TableKey(family, table));
  }

  @Override
  public synchronized void delete(NftTable.Family family, String table) {
    beforeChange.accept("delete nftables table " + table);
    generation++;
    if (tables.remove(new TableKey(family, table)) == null) {
      throw new KernelException(
          Errno.ENOENT, "cannot delete the table " + family.text() + ' ' + table + ": ENOENT");
    }
  }

  @Override
  public synchronized void apply(List<NftElementChange> changes) {
    if (changes.isEmpty()) {
      return;
    }
    beforeChange.accept("change nftables elements");
    generation++;
    // Changes are made on copies of the sets they touch, which take their place if all went well.
    Map<SetKey, Map<ElementKey, NftElement>> copies = new LinkedHashMap<>();
    for (NftElementChange change : changes) {
      SetKey key = new SetKey(change.family(), change.table(), change.set());
      apply(change, copies.computeIfAbsent(key, each -> new LinkedHashMap<>(set(each))));
    }
    copies.forEach(
        (key, copy) -> {
          set(key).clear();
          set(key).putAll(copy);
        });
  }

  private static void apply(NftElementChange change, Map<ElementKey, NftElement> set) {
    ElementKey key = ElementKey.of(change.element());
    NftElement standing = set.get(key);
    switch (change) {
      case NftElementChange.Remove _ -> {
        if (set.remove(key) == null) {
          throw refused(Errno.ENOENT, change);
        }
      }
      case NftElementChange.Create _ -> {
        if (standing != null) {
          throw refused(Errno.EEXIST, change);
        }
        put(change, key, set);
      }
      case NftElementChange.Add(_, _, _, NftElement element) -> {
        if (standing == null) {
          put(change, key, set);
        } else if (!standing.value().equals(element.value())) {
          throw refused(Errno.EEXIST, change);
        }
      }
    }
  }

  private static void put(
      NftElementChange change, ElementKey key, Map<ElementKey, NftElement> set) {
    for (ElementKey other : set.keySet()) {
      if (other.overlaps(key)) {
        throw refused(Errno.EEXIST, change);
      }
    }
    set.put(key, change.element());
  }

  private static KernelException refused(Errno errno, NftElementChange change) {
    return new KernelException(
        errno, "cannot change " + change.element().key() + " in " + change.set() + ": " + errno);
  }

  @Override
  public synchronized void commit(List<? extends NftOperation> operations) {
    if (operations.isEmpty()) {
      return;
    }
    beforeChange.accept("commit to nftables");
    Map<TableKey, Table> before = new HashMap<>();
    tables.forEach((key, table) -> before.put(key, new Table(table)));
    try {
      operations.forEach(this::carryOut);
    } catch (KernelException e) {
      tables.clear();
      tables.putAll(before);
      throw e;
    }
    generation++;
  }

  private void carryOut(NftOperation operation) {
    switch (operation) {
      case NftElementChange change ->
          apply(change, set(new SetKey(change.family(), change.table(), change.set())));
      case NftOperation.Replace(TableDefinition table, _) -> {
        NftTable.Family family = NftTable.Family.of(table.family());
        requireAvailable(family);
        tables.put(new TableKey(family, table.name()), new Table(table));
      }
      case NftOperation.Drop(var family, var name) -> tables.remove(new TableKey(family, name));
      case NftOperation.AddChain(var family, var name, var chain) -> {
        Table table = tables.get(new TableKey(family, name));
        if (table == null) {
          throw new KernelException(
              Errno.ENOENT,
              "cannot make the chain "
                  + family.text()
                  + ' '
                  + name
                  + ' '
                  + chain.name()
                  + ": ENOENT");
        }
        table.add(chain);
      }
    }
  }

  @Override
  public synchronized int generation() {
    return generation;
  }

  @Override
  public synchronized byte[] fingerprint(NftTable.Family family, String table) {
    Table found = tables.get(new TableKey(family, table));
    Map<String, Object> chains = new TreeMap<>();
    if (found != null) {
      found.chains.forEach(
          (name, rules) -> chains.put(name, rules.stream().map(NftRule::comment).toList()));
    }
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(chains.toString().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public synchronized List<NftElement> elements(NftTable.Family family, String table, String set) {
    return List.copyOf(set(new SetKey(family, table, set)).values());
  }

  @Override
  public synchronized Optional<NftElement> element(
      NftTable.Family family, String table, String set, List<NftValue> key) {
    Table found = tables.get(new TableKey(family, table));
    ElementKey sought = new ElementKey(key, key);
    if (found != null && found.sets.containsKey(set)) {
      for (Map.Entry<ElementKey, NftElement> entry : found.sets.get(set).entrySet()) {
        if (entry.getKey().overlaps(sought)) {
          return Optional.of(entry.getValue());
        }
      }
    }
    return Optional.empty();
  }

  private Map<ElementKey, NftElement> set(SetKey key) {
    Table found = tables.get(new TableKey(key.family, key.table));
    Map<ElementKey, NftElement> elements = found == null ? null : found.sets.get(key.set);
    if (elements == null) {
      throw new KernelException(
          Errno.ENOENT,
          "there is no set " + key.family.text() + ' ' + key.table + ' ' + key.set + ": ENOENT");
    }
    return elements;
  }

  @Override
  public synchronized List<NftRule> rules(NftTable.Family family, String table, String chain) {
    Table found = tables.get(new TableKey(family, table));
    return found == null ? List.of() : List.copyOf(found.chains.getOrDefault(chain, List.of()));
  }

  @Override
  public synchronized void deleteRules(
      NftTable.Family family, String table, String chain, List<NftRule> rules) {
    if (rules.isEmpty()) {
      return;
    }
    beforeChange.accept("delete nftables rules");
    generation++;
    Table found = tables.get(new TableKey(family, table));
    List<NftRule> standing = found == null ? null : found.chains.get(chain);
    if (standing == null || !standing.containsAll(rules)) {
      throw new KernelException(
          Errno.ENOENT, "cannot delete rules of " + table + ' ' + chain + ": ENOENT");
    }
    standing.removeAll(rules);
  }

  @Override
  public synchronized void deleteChain(NftTable.Family family, String table, String chain) {
    beforeChange.accept("delete an nftables chain");
    generation++;
    Table found = tables.get(new TableKey(family, table));
    if (found == null || found.chains.remove(chain) == null) {
      throw new KernelException(
          Errno.ENOENT, "cannot delete the chain " + table + ' ' + chain + ": ENOENT");
    }
  }

  /** All elements and commented rules, one a line. */
  synchronized Set<String> describe() {
    Set<String> lines = new TreeSet<>();
    tables.forEach(
        (key, table) -> {
          String name = key.family.text() + ' ' + key.name;
          table.sets.forEach(
              (set, elements) ->
                  elements.values().forEach(each -> lines.add(name + ' ' + set + ' ' + each)));
          table.chains.forEach(
              (chain, rules) -> rules.forEach(rule -> lines.add(name + ' ' + chain + ' ' + rule)));
        });
    return lines;
  }
}

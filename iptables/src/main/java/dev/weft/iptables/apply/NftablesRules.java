package dev.weft.iptables.apply;

import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.iptables.flat.ElementPlace;
import dev.weft.iptables.flat.FlatDifference;
import dev.weft.iptables.flat.FlatElement;
import dev.weft.iptables.flat.FlatLayout;
import dev.weft.iptables.flat.FlatRuleset;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftOperation;
import dev.weft.kernel.NftTable;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
import dev.weft.services.ObjectName;
import dev.weft.services.ServedPort;
import dev.weft.services.ServiceCatalog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * nftables mode: one transaction of element changes for each call.
 *
 * <p>What a process before left is adopted if its chains and rules are what ours would be: then
 * only elements that differ are changed, and clients keep their affinity. Else the table is made
 * anew in the place of the old one, with no moment between.
 */
public final class NftablesRules implements ServiceRules {
  private final Nftables nftables;
  private final IpFamily family;
  private final FlatLayout layout;
  private final NftTable.Family tableFamily;
  private final String tableName;

  /** What the kernel has is what was written last; else it must be read. */
  private boolean known;

  private int standing;
  private int generation;
  private byte @Nullable [] fingerprint;

  /** Rules of one family in the namespace that these nftables are of. */
  public NftablesRules(Nftables nftables, NodeFacts node, Names names, IpFamily family) {
    this.nftables = nftables;
    this.family = family;
    this.layout = new FlatLayout(node, names, family);
    TableDefinition table = layout.table();
    this.tableFamily = NftTable.Family.of(family);
    this.tableName = table.name();
  }

  /** What stands in an empty namespace afterwards, in the language of {@code nft}. */
  public static String text(
      Collection<ServedPort> ports, NodeFacts node, Names names, IpFamily family) {
    return FlatRuleset.compile(ports, node, names, family).text();
  }

  @Override
  public Written replaceAll(Collection<ServedPort> ports) {
    return explained(
        () -> {
          if (known) {
            return write(layout.change(layout.ports(), ofFamily(ports)));
          }
          Optional<Map<ElementPlace, NftElement>> found = read();
          layout.replace(ofFamily(ports), found.orElse(Map.of()));
          return converge(found);
        });
  }

  @Override
  public Written apply(List<ServiceCatalog.Change> changes) {
    return explained(
        () -> {
          // Of several of one Service the last counts, and the first tells what was before.
          Map<ObjectName, ServiceCatalog.Change> merged = new LinkedHashMap<>();
          for (ServiceCatalog.Change change : changes) {
            merged.merge(
                change.service(),
                change,
                (first, last) ->
                    new ServiceCatalog.Change(first.service(), first.before(), last.after()));
          }
          List<ServedPort> before = new ArrayList<>();
          List<ServedPort> after = new ArrayList<>();
          for (ServiceCatalog.Change change : merged.values()) {
            before.addAll(ofFamily(change.before()));
            after.addAll(ofFamily(change.after()));
          }
          FlatDifference difference = layout.change(before, after);
          return known ? write(difference) : converge(read());
        });
  }

  private List<ServedPort> ofFamily(Collection<ServedPort> ports) {
    return ports.stream().filter(port -> port.family() == family).toList();
  }

  @Override
  public Written audit() {
    return explained(
        () -> {
          if (layout.isCrowded()) {
            layout.startOver();
            return converge(Optional.empty());
          }
          if (known && nftables.generation() == generation) {
            return written(true, 0, List.of());
          }
          boolean wasKnown = known;
          Written mended = converge(read());
          if (!wasKnown || mended.tables().getFirst().written() == 0) {
            return mended;
          }
          String finding =
              "the table "
                  + name()
                  + " was not as it had been left: somebody else changed or deleted it";
          return new Written(true, mended.tables(), List.of(finding));
        });
  }

  @Override
  public void remove() {
    explained(
        () -> {
          layout.change(layout.ports(), List.of());
          known = false;
          nftables.commit(List.of(new NftOperation.Drop(tableFamily, tableName)));
          return written(true, 0, List.of());
        });
  }

  private Written explained(Supplier<Written> call) {
    try {
      return call.get();
    } catch (KernelException | FlatLayout.FullException e) {
      known = false;
      throw new RulesException("nftables: " + e.getMessage(), e);
    }
  }

  private String name() {
    return tableFamily.text() + " " + tableName;
  }

  private Written written(boolean full, int operations, List<String> findings) {
    return new Written(
        full, List.of(new Written.TableCount(name(), operations, standing)), findings);
  }

  /** Writes a difference to what the kernel is known to have. */
  private Written write(FlatDifference difference) {
    List<NftOperation> operations = new ArrayList<>();
    addChains(operations);
    difference.gone().forEach(gone -> operations.add(remove(gone.set(), gone.element())));
    difference.come().forEach(come -> operations.add(add(come.set(), come.element())));
    commit(operations);
    standing += difference.come().size() - difference.gone().size();
    return written(false, operations.size(), List.of());
  }

  private void addChains(List<NftOperation> operations) {
    layout
        .missingChains()
        .forEach(
            (chain, element) -> {
              operations.add(new NftOperation.AddChain(tableFamily, tableName, chain));
              operations.add(add(element.set(), element.element()));
            });
  }

  private NftOperation add(String set, NftElement element) {
    return new NftElementChange.Add(tableFamily, tableName, set, element);
  }

  private NftOperation remove(String set, NftElement element) {
    return new NftElementChange.Remove(tableFamily, tableName, set, element);
  }

  private void commit(List<NftOperation> operations) {
    if (operations.isEmpty()) {
      return;
    }
    nftables.commit(operations);
    boolean newChains = operations.stream().anyMatch(NftOperation.Declaration.class::isInstance);
    if (newChains) {
      layout.written();
      fingerprint = nftables.fingerprint(tableFamily, tableName);
    }
    // If somebody else wrote meanwhile, it is not the one that follows, and the audit will look.
    int next = nftables.generation();
    generation = next == generation + 1 || newChains ? next : generation;
  }

  /**
   * The elements of the table as it stands; nothing if there is none, or its chains and rules are
   * not what ours would be.
   */
  private Optional<Map<ElementPlace, NftElement>> read() {
    layout.lost();
    generation = nftables.generation();
    if (!nftables.exists(tableFamily, tableName)) {
      return Optional.empty();
    }
    Map<ElementPlace, NftElement> all = new HashMap<>();
    try {
      for (SetDefinition set : layout.sets()) {
        for (NftElement element : nftables.elements(tableFamily, tableName, set.name())) {
          all.put(new ElementPlace(set.name(), element.key()), element);
        }
      }
    } catch (KernelException e) {
      return Optional.empty(); // another layout, or somebody deletes it now
    }
    if (!layout.adopt(all)) {
      return Optional.empty();
    }
    byte[] stands = nftables.fingerprint(tableFamily, tableName);
    byte[] wanted = fingerprint == null ? wantedFingerprint() : fingerprint;
    if (!Arrays.equals(stands, wanted)) {
      layout.lost();
      return Optional.empty();
    }
    fingerprint = stands;
    return Optional.of(all);
  }

  /**
   * What this kernel tells of chains and rules like ours, if they are as they should be: tried with
   * a table that it calls nothing of.
   */
  private byte[] wantedFingerprint() {
    String trial = tableName + "_trial";
    nftables.commit(List.of(new NftOperation.Replace(layout.table().named(trial), true)));
    try {
      return nftables.fingerprint(tableFamily, trial);
    } finally {
      nftables.commit(List.of(new NftOperation.Drop(tableFamily, trial)));
      generation = nftables.generation();
    }
  }

  /** Brings the kernel to what shall stand, from what it was found to have. */
  private Written converge(Optional<Map<ElementPlace, NftElement>> found) {
    List<FlatElement> wanted = layout.elements();
    List<NftOperation> operations = new ArrayList<>();
    Map<ElementPlace, NftElement> left = new HashMap<>(found.orElse(Map.of()));
    if (found.isEmpty()) {
      operations.add(new NftOperation.Replace(layout.table()));
    } else {
      layout
          .missingChains()
          .keySet()
          .forEach(
              chain -> operations.add(new NftOperation.AddChain(tableFamily, tableName, chain)));
    }
    List<NftOperation> additions = new ArrayList<>();
    for (FlatElement element : wanted) {
      NftElement stands = left.get(element.place());
      if (stands != null && element.isAs(stands)) {
        left.remove(element.place());
      } else {
        additions.add(add(element.set(), element.element()));
      }
    }
    left.forEach((place, element) -> operations.add(remove(place.set(), element)));
    operations.addAll(additions);
    commit(operations);
    standing = wanted.size();
    known = true;
    return written(true, operations.size(), List.of());
  }
}

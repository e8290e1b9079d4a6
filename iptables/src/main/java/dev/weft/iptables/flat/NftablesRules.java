package dev.weft.iptables.flat;

import dev.weft.iptables.apply.RulesException;
import dev.weft.iptables.apply.ServiceRules;
import dev.weft.iptables.apply.Written;
import dev.weft.iptables.compile.Names;
import dev.weft.iptables.compile.NodeFacts;
import dev.weft.kernel.KernelException;
import dev.weft.kernel.NftElement;
import dev.weft.kernel.NftElementChange;
import dev.weft.kernel.NftOperation;
import dev.weft.kernel.NftValue;
import dev.weft.kernel.Nftables;
import dev.weft.kernel.nft.SetDefinition;
import dev.weft.kernel.nft.TableDefinition;
import dev.weft.net.IpFamily;
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
import java.util.function.Function;
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
  private final FlatSets sets;
  private final TableDefinition table;
  private final NodeFacts node;
  private Picks picks;
  private FlatElements elements;

  /** What the kernel has is what was written last; else it must be read. */
  private boolean known;

  private int standing;
  private int generation;
  private byte @Nullable [] fingerprint;

  /** Rules of one family in the namespace that these nftables are of. */
  public NftablesRules(Nftables nftables, NodeFacts node, Names names, IpFamily family) {
    this.nftables = nftables;
    this.sets = FlatSets.of(family);
    this.table = FlatTable.of(sets, node, names);
    this.node = node;
    this.picks = new Picks(sets);
    this.elements = new FlatElements(sets, node, picks);
  }

  @Override
  public Written replaceAll(Collection<ServedPort> ports) {
    return explained(
        () -> {
          Optional<Map<Claims.Key, NftElement>> found = known ? Optional.empty() : read();
          Function<ServedPort, Optional<Integer>> numbers =
              port -> found.flatMap(all -> number(all, port));
          List<ServedPort> own = ofFamily(ports);
          FlatElements.Difference difference = elements.change(elements.ports(), own, numbers);
          return known ? write(difference) : converge(found);
        });
  }

  @Override
  public Written apply(List<ServiceCatalog.Change> changes) {
    return explained(
        () -> {
          FlatElements.Difference sum = new FlatElements.Difference(List.of(), List.of());
          if (changes.size() == 1) {
            ServiceCatalog.Change change = changes.getFirst();
            sum = elements.change(ofFamily(change.before()), ofFamily(change.after()));
          } else if (!changes.isEmpty()) {
            // Of several of one Service the last counts, and the first tells what was before.
            Map<Object, ServiceCatalog.Change> merged = new LinkedHashMap<>();
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
            sum = elements.change(before, after);
          }
          return known ? write(sum) : converge(read());
        });
  }

  private List<ServedPort> ofFamily(Collection<ServedPort> ports) {
    return ports.stream().filter(port -> port.family() == sets.family()).toList();
  }

  @Override
  public Written audit() {
    return explained(
        () -> {
          if (picks.areCrowded()) {
            List<ServedPort> ports = elements.ports();
            picks = new Picks(sets);
            elements = new FlatElements(sets, node, picks);
            elements.change(List.of(), ports);
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
          elements.change(elements.ports(), List.of());
          known = false;
          nftables.commit(List.of(new NftOperation.Drop(table.family(), table.name())));
          return written(true, 0, List.of());
        });
  }

  private Written explained(Supplier<Written> call) {
    try {
      return call.get();
    } catch (KernelException e) {
      known = false;
      throw new RulesException("nftables: " + e.getMessage(), e);
    }
  }

  private String name() {
    return table.family().text() + " " + table.name();
  }

  private Written written(boolean full, int operations, List<String> findings) {
    return new Written(
        full, List.of(new Written.TableCount(name(), operations, standing)), findings);
  }

  /** Writes a difference to what the kernel is known to have. */
  private Written write(FlatElements.Difference difference) {
    List<NftOperation> operations = new ArrayList<>();
    addChains(operations);
    difference.gone().forEach(gone -> operations.add(remove(gone.set(), gone.element())));
    difference.come().forEach(come -> operations.add(add(come.set(), come.element())));
    commit(operations);
    standing += difference.come().size() - difference.gone().size();
    return written(false, operations.size(), List.of());
  }

  /** Adds chains for ways to pick that do not stand yet. */
  private void addChains(List<NftOperation> operations) {
    for (Pick pick : picks.missing()) {
      operations.add(new NftOperation.AddChain(table.family(), table.name(), pick.chain(sets)));
      FlatElement element = picks.element(pick);
      operations.add(add(element.set(), element.element()));
    }
  }

  private NftOperation add(String set, NftElement element) {
    return new NftElementChange.Add(table.family(), table.name(), set, element);
  }

  private NftOperation remove(String set, NftElement element) {
    return new NftElementChange.Remove(table.family(), table.name(), set, element);
  }

  private void commit(List<NftOperation> operations) {
    if (operations.isEmpty()) {
      return;
    }
    nftables.commit(operations);
    boolean newChains = operations.stream().anyMatch(NftOperation.Declaration.class::isInstance);
    if (newChains) {
      picks.written();
      fingerprint = nftables.fingerprint(table.family(), table.name());
    }
    // If somebody else wrote meanwhile, it is not the one that follows, and the audit will look.
    int next = nftables.generation();
    generation = next == generation + 1 || newChains ? next : generation;
  }

  /**
   * The elements of the table as it stands; nothing if there is none, or its chains and rules are
   * not what ours would be.
   */
  private Optional<Map<Claims.Key, NftElement>> read() {
    picks.lost();
    generation = nftables.generation();
    if (!nftables.exists(table.family(), table.name())) {
      return Optional.empty();
    }
    Map<Claims.Key, NftElement> all = new HashMap<>();
    List<NftElement> choices = new ArrayList<>();
    try {
      for (SetDefinition set : sets.all()) {
        if (set.equals(sets.picks())) {
          choices.addAll(nftables.elements(table.family(), table.name(), set.name()));
        } else if (set.size().isEmpty()) {
          for (NftElement element : nftables.elements(table.family(), table.name(), set.name())) {
            all.put(new Claims.Key(set.name(), element.key()), element);
          }
        }
      }
    } catch (KernelException e) {
      return Optional.empty(); // another layout, or somebody deletes it now
    }
    if (!picks.adopt(choices)) {
      return Optional.empty();
    }
    byte[] stands = nftables.fingerprint(table.family(), table.name());
    byte[] wanted = fingerprint == null ? wantedFingerprint() : fingerprint;
    if (!Arrays.equals(stands, wanted)) {
      picks.lost();
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
    String trial = table.name() + "_trial";
    TableDefinition wanted = picks.in(table);
    nftables.commit(List.of(new NftOperation.Replace(wanted.named(trial), true)));
    try {
      return nftables.fingerprint(table.family(), trial);
    } finally {
      nftables.commit(List.of(new NftOperation.Drop(table.family(), trial)));
      generation = nftables.generation();
    }
  }

  /** The number that a port has in the kernel, by its cluster IP. */
  private Optional<Integer> number(Map<Claims.Key, NftElement> found, ServedPort port) {
    return Optional.ofNullable(found.get(elements.clusterFrontend(port)))
        .flatMap(NftElement::value)
        .map(List::getFirst)
        .map(word -> word instanceof NftValue.Mark(int bits) ? Word.port(bits) : 0)
        .filter(number -> number != 0);
  }

  /** Brings the kernel to what shall stand, from what it was found to have. */
  private Written converge(Optional<Map<Claims.Key, NftElement>> found) {
    List<FlatElement> wanted = elements.all();
    List<NftOperation> operations = new ArrayList<>();
    if (found.isEmpty()) {
      operations.add(new NftOperation.Replace(picks.in(table)));
      picks.elements().forEach(element -> operations.add(add(element.set(), element.element())));
      wanted.forEach(element -> operations.add(add(element.set(), element.element())));
    } else {
      Map<Claims.Key, NftElement> left = new HashMap<>(found.get());
      List<NftOperation> additions = new ArrayList<>();
      for (FlatElement element : wanted) {
        NftElement stands = left.get(Claims.Key.of(element));
        if (stands != null && FlatElements.isSame(stands, element.element())) {
          left.remove(Claims.Key.of(element));
        } else {
          additions.add(add(element.set(), element.element()));
        }
      }
      addChains(operations);
      left.forEach((key, element) -> operations.add(remove(key.set(), element)));
      operations.addAll(additions);
    }
    commit(operations);
    standing = wanted.size();
    known = true;
    return written(true, operations.size(), List.of());
  }
}

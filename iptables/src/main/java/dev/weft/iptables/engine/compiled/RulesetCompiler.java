package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.engine.Hook;
import dev.weft.iptables.ruleset.Chain;
import dev.weft.iptables.ruleset.Match;
import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.Ruleset;
import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.Table;
import dev.weft.iptables.ruleset.TableName;
import dev.weft.iptables.ruleset.Target;
import dev.weft.net.IpFamily;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the program of a ruleset. A chain comes right behind the rule that jumps to it first, so
 * that what one packet needs lies together.
 */
final class RulesetCompiler implements RuleWriter.Surroundings {
  /** Words in a line of memory. */
  private static final int LINE = 16;

  /** Words of an array's header. */
  private static final int HEADER = 4;

  private final IpFamily family;
  private final RecentLists lists;
  private final CodeBuffer code = new CodeBuffer(1024);
  private final MatchWriter matches;
  private final RuleWriter rules;
  private final List<DispatchDraft> dispatches = new ArrayList<>();
  private final Map<String, Integer> reasons = new LinkedHashMap<>();
  private final List<Undecidable> undecidable = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();

  /** What is to be written next is on top. */
  private final Deque<Runnable> pending = new ArrayDeque<>();

  /** What few packets come to is written behind all else. */
  private final Deque<Runnable> rare = new ArrayDeque<>();

  /** What the piece that is being written needs, in this order. */
  private final List<Runnable> needed = new ArrayList<>();

  /** Where the rule is that is being written. */
  private ChainPlace within = new ChainPlace(TableName.RAW, Chain.own("none", List.of()), Map.of());

  private int position;

  private static final class ChainPlace {
    private final TableName table;
    private final Chain chain;
    private final Map<String, ChainPlace> ofTable;
    private final Optional<EndpointChain> endpoint;
    private int callers;
    private boolean isPlanned;
    private int place;

    /** What all packets have that come here. */
    private Shape.@Nullable Named named;

    ChainPlace(TableName table, Chain chain, Map<String, ChainPlace> ofTable) {
      this.table = table;
      this.chain = chain;
      this.ofTable = ofTable;
      endpoint = EndpointChain.of(chain);
    }

    ChainPlace find(String name) {
      return Objects.requireNonNull(ofTable.get(name));
    }
  }

  /** A word that shall hold the place of a chain. */
  private record Link(int word, ChainPlace to) {}

  private RulesetCompiler(IpFamily family, RecentLists lists, Devices devices) {
    this.family = family;
    this.lists = lists;
    matches = new MatchWriter(family, code, devices, lists);
    rules = new RuleWriter(family, code, matches, this);
    for (String reason : Evaluator.REASONS) {
      reasons.put(reason, reasons.size());
    }
  }

  static Program compile(Ruleset ruleset, RecentLists lists, Devices devices) {
    return new RulesetCompiler(ruleset.family(), lists, devices).run(ruleset);
  }

  private Program run(Ruleset ruleset) {
    code.add(Op.RETURN); // no place is 0
    int chains = 0;
    int[] entries = new int[Program.BASES];
    boolean[] drops = new boolean[Program.BASES];
    Arrays.fill(entries, -1);
    Map<Integer, ChainPlace> bases = new HashMap<>();
    for (Table table : ruleset.tables().values()) {
      Map<String, ChainPlace> places = HashMap.newHashMap(table.chains().size());
      for (Chain chain : table.chains().values()) {
        places.put(chain.name(), new ChainPlace(table.name(), chain, places));
      }
      chains += places.size();
      table.chains().values().forEach(chain -> countCallers(chain, places));
      for (Hook hook : Hook.values()) {
        ChainPlace base = places.get(hook.name());
        if (base != null && base.chain.policy().isPresent()) {
          bases.put(Program.base(hook, table.name()), base);
          plan(base);
        }
      }
    }
    writeAll();
    for (Link link : links) {
      code.set(link.word, link.to.place);
    }
    lists.settle();
    bases.forEach(
        (number, base) -> {
          drops[number] = base.chain.policy().orElseThrow() == Chain.Policy.DROP;
          boolean asks = drops[number] || !base.chain.rules().isEmpty();
          entries[number] = asks ? base.place : -1;
        });
    Dispatch[] tables =
        dispatches.stream().map(draft -> draft.finish(code)).toArray(Dispatch[]::new);
    return new Program(
        code.toArray(),
        entries,
        drops,
        tables,
        matches.recents(),
        List.copyOf(reasons.keySet()),
        List.copyOf(undecidable),
        chains);
  }

  private static void countCallers(Chain chain, Map<String, ChainPlace> places) {
    for (Rule rule : chain.rules()) {
      switch (rule.target().orElse(Target.Verdict.RETURN)) {
        case Target.Jump(String called) -> Objects.requireNonNull(places.get(called)).callers++;
        case Target.Goto(String called) -> Objects.requireNonNull(places.get(called)).callers++;
        default -> {}
      }
    }
  }

  private void plan(ChainPlace chain) {
    if (!chain.isPlanned) {
      chain.isPlanned = true;
      needed.add(() -> write(chain));
    }
  }

  private void writeAll() {
    while (!needed.isEmpty() || !pending.isEmpty() || !rare.isEmpty()) {
      Collections.reverse(needed);
      needed.forEach(pending::push);
      needed.clear();
      (pending.isEmpty() ? rare : pending).pop().run();
    }
  }

  private void write(ChainPlace chain) {
    if (chain.place > 0) {
      return;
    }
    chain.place = code.size();
    within = chain;
    writeFrom(0, Segment.of(chain.chain.rules(), family, this::leadsToEndpoint), chain);
  }

  private void writeFrom(int first, List<Segment> segments, ChainPlace chain) {
    for (int i = first; i < segments.size(); i++) {
      switch (segments.get(i)) {
        case Segment.Plain plain -> plain(plain);
        case Segment.Even even -> {
          if (isToEndpoints(even)) {
            endpoints(even, i, segments, chain);
            return;
          }
          even(even);
        }
        case Segment.Recent recent -> recent(recent);
        case Segment.Dispatched dispatched -> dispatched(dispatched, chain);
      }
    }
    code.add(Op.RETURN);
  }

  private boolean leadsToEndpoint(Rule rule) {
    return rule.target().orElse(null) instanceof Target.Jump(String chain)
        && within.find(chain).endpoint.isPresent();
  }

  private boolean isToEndpoints(Segment.Even segment) {
    for (int i = segment.from(); i < segment.to(); i++) {
      if (!leadsToEndpoint(at(i))) {
        return false;
      }
      EndpointChain first = endpoint(segment.from());
      EndpointChain own = endpoint(i);
      if (own.protocol() != first.protocol() || own.port() != first.port()) {
        return false;
      }
    }
    return true;
  }

  private EndpointChain endpoint(int index) {
    return within.find(jump(at(index))).endpoint.orElseThrow();
  }

  /** For packets of another protocol, and for endpoints that reach themselves, is the rest. */
  private void endpoints(Segment.Even even, int number, List<Segment> segments, ChainPlace chain) {
    code.add(Op.EVEN_ENDPOINTS | ((even.to() - even.from()) << Op.SKIP_SHIFT));
    EndpointChain first = endpoint(even.from());
    code.add(first.protocol() << 16 | first.port());
    int rest = code.size();
    code.add(0);
    for (int i = even.from(); i < even.to(); i++) {
      EndpointChain endpoint = endpoint(i);
      if (family == IpFamily.V6) {
        code.addLong(endpoint.address().high());
        code.addLong(endpoint.address().low());
      } else {
        code.add((int) endpoint.address().low());
      }
    }
    rare.add(
        () -> {
          within = chain;
          code.set(rest, code.size());
          even(even);
          writeFrom(number + 1, segments, chain);
        });
  }

  private Rule at(int index) {
    position = index;
    return within.chain.rules().get(index);
  }

  private void plain(Segment.Plain segment) {
    for (int i = segment.from(); i < segment.to(); i++) {
      rules.write(at(i), within.named);
    }
  }

  private void even(Segment.Even segment) {
    for (int i = segment.from(); i < segment.to(); i++) {
      code.add(Op.EVEN_JUMP | ((segment.to() - i) << Op.SKIP_SHIFT));
      link(jump(at(i)));
    }
  }

  private void recent(Segment.Recent segment) {
    int first = -1;
    for (int i = segment.from(); i < segment.to(); i++) {
      Match.Recent recent = Segment.recent(at(i));
      int list = lists.number(recent.list());
      first = first < 0 ? list : first;
      lists.join(first, list);
      int side = recent.side() == Side.SOURCE ? 0 : Op.NEGATED;
      code.add(Op.RECENT_JUMP | side | ((segment.to() - i) << Op.SKIP_SHIFT));
      code.add(list);
      code.add(recent.seconds().orElse(-1));
      link(jump(at(i)));
    }
  }

  private static String jump(Rule rule) {
    return ((Target.Jump) rule.target().orElseThrow()).chain();
  }

  private void dispatched(Segment.Dispatched segment, ChainPlace chain) {
    code.add(Op.DISPATCH);
    code.add(dispatches.size());
    DispatchDraft draft =
        new DispatchDraft(dispatches.size(), code.size(), chain.chain.rules(), segment, family);
    dispatches.add(draft);
    for (DispatchDraft.Bucket bucket : draft.buckets()) {
      needed.add(() -> write(bucket, draft, chain));
    }
  }

  private void write(DispatchDraft.Bucket bucket, DispatchDraft draft, ChainPlace chain) {
    within = chain;
    DispatchDraft.Entry first = bucket.entries().getFirst();
    if (draft.isOfOneShape() && bucket.entries().size() == 1 && isMereJump(first)) {
      ChainPlace to = chain.find(jump(first.rule()));
      if (!to.isPlanned) {
        to.isPlanned = true;
        to.named = to.callers == 1 ? first.named() : null;
        align();
        code.addLong(first.named().key());
        bucket.isAt(first, code.size());
        code.add(Op.JUMP_NEXT);
        code.add(draft.end());
        write(to);
        return;
      }
    }
    for (DispatchDraft.Entry entry : bucket.entries()) {
      if (!draft.isOfOneShape()) {
        code.add(entry.position());
      }
      if (entry.position() == first.position() || !draft.isOfOneShape()) {
        code.addLong(entry.named().key());
      }
      bucket.isAt(entry, code.size());
      rules.write(at(entry.position()), entry.named());
      if (!draft.isOfOneShape()) {
        code.add(Op.RESUME);
        code.add(draft.number());
        code.add(entry.position());
      }
    }
    if (draft.isOfOneShape()) {
      code.add(Op.GOTO);
      code.add(draft.end());
    }
  }

  private static boolean isMereJump(DispatchDraft.Entry entry) {
    return entry.rule().target().orElse(null) instanceof Target.Jump
        && entry.rule().matches().stream()
            .allMatch(
                match ->
                    match instanceof Match.Comment
                        || match instanceof Match.Accounting
                        || entry.named().implies(match));
  }

  /** To where a line of memory begins, as far as the JVM's arrays begin at one. */
  private void align() {
    while ((code.size() + HEADER) % LINE != 0) {
      code.add(Op.RETURN);
    }
  }

  @Override
  public boolean isEmpty(String chain) {
    return within.find(chain).chain.rules().isEmpty();
  }

  @Override
  public void link(String chain) {
    ChainPlace to = within.find(chain);
    links.add(new Link(code.size(), to));
    code.add(0);
    plan(to);
  }

  @Override
  public int undecided(String why) {
    undecidable.add(
        new Undecidable(
            within.table,
            within.chain.name(),
            position + 1,
            within.chain.rules().get(position),
            why));
    return reasons.computeIfAbsent(why, _ -> reasons.size());
  }
}

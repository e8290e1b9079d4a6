package dev.weft.pending;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A node on which a runtime attaches and detaches containers, through an agent and without; with a
 * plugin that makes a link and a lease one after the other. Any of its processes can be killed
 * between any two steps, and so can the node.
 *
 * <p>Complains when a replayed DEL takes away what an ADD made that the runtime was told of.
 */
final class ModelNode {
  private static final byte[] CONFIGURATION = "{\"name\":\"net\"}".getBytes(StandardCharsets.UTF_8);

  final Crowd crowd = new Crowd();
  final Map<String, Container> containers = new TreeMap<>();
  final List<Server> standalone = new ArrayList<>();
  Optional<Server> agent = Optional.empty();

  /** Whether leases can be given back. */
  boolean diskWorks = true;

  private final InMemoryDeleteRecords.Memory memory = new InMemoryDeleteRecords.Memory();
  private int adds;

  ModelNode(String... names) {
    for (String name : names) {
      containers.put(name, new Container(name));
    }
  }

  /** One container: what it has, and what the runtime knows of it. */
  static final class Container {
    final String name;

    /** The ADD that made each part: a link, a lease. */
    final Map<String, Add> parts = new TreeMap<>();

    Optional<Call> call = Optional.empty();
    Optional<Add> attached = Optional.empty();

    /** Whether the runtime must send DEL, which nobody else knows to be owed. */
    boolean mustBeDeleted;

    /** ADDs that nobody waits for. */
    final List<Add> abandoned = new ArrayList<>();

    Container(String name) {
      this.name = name;
    }
  }

  /** One ADD: whether the runtime was told that it succeeded, and wants it still. */
  static final class Add {
    final int number;
    boolean wanted;

    /** Who carries it out; nobody any more if it is of an earlier boot. */
    Optional<Crowd.Member> member = Optional.empty();

    /** What came of it, if it came to an end before its process did. */
    Optional<Reply> returned = Optional.empty();

    Add(int number) {
      this.number = number;
    }

    boolean runs() {
      return member.filter(thread -> !thread.ended()).isPresent();
    }

    @Override
    public String toString() {
      return "ADD " + number;
    }
  }

  /** What the runtime waits for. */
  record Call(Server process, Crowd.Member member, Optional<Add> add) {}

  /** The agent, or a process for one call. */
  final class Server {
    final boolean isAgent;
    final List<Crowd.Member> members = new ArrayList<>();
    final InMemoryDeleteRecords records = new InMemoryDeleteRecords(memory, crowd::point);
    final PendingDeletes deletes;

    Server(boolean isAgent) {
      this.isAgent = isAgent;
      this.deletes = new PendingDeletes(records, this::replay, isAgent, _ -> crowd.point());
    }

    private Reply replay(PendingDelete delete) {
      String container = delete.environment().getOrDefault("CNI_CONTAINERID", "");
      return remove(Objects.requireNonNull(containers.get(container)), true);
    }

    private Optional<Reply> serve(String verb, String container, PendingDeletes.Work work) {
      return serve(verb, container, CONFIGURATION, work);
    }

    private Optional<Reply> serve(
        String verb, String container, byte[] configuration, PendingDeletes.Work work) {
      return deletes.serve(
          "bridge",
          Map.of("CNI_COMMAND", verb, "CNI_CONTAINERID", container, "CNI_IFNAME", "eth0"),
          StandardInput.of(configuration),
          true,
          work);
    }

    private void start(String words, Runnable work) {
      members.add(crowd.add(words, work));
    }
  }

  // What the plugin does

  private Reply make(Container container, Add add) {
    for (String part : List.of("link", "lease")) {
      crowd.point();
      Add before = container.parts.get(part);
      if (before != null && !isStale(before)) {
        container.parts.values().removeIf(add::equals);
        return Reply.failure(new CniException(ErrorCode.KERNEL_REFUSED, part + " exists"));
      }
      container.parts.put(part, add);
    }
    return new Reply(0, "made", "");
  }

  private Reply remove(Container container, boolean replayed) {
    for (String part : List.of("link", "lease")) {
      crowd.point();
      Add made = container.parts.get(part);
      if (part.equals("lease") && !diskWorks) {
        return Reply.failure(new CniException(ErrorCode.IO_FAILURE, "disk is broken"));
      }
      if (made != null && (made.wanted || (replayed && made.runs()))) {
        throw new AssertionError("the " + part + " of " + made + " is taken away");
      }
      container.parts.remove(part);
    }
    return new Reply(0, "", "");
  }

  /** What is left of a boot before this one, which its own container may take. */
  private static boolean isStale(Add add) {
    return add.number < 0;
  }

  private final class AddWork implements PendingDeletes.Work {
    private final Container container;
    private final Add add;

    AddWork(Container container, Add add) {
      this.container = container;
      this.add = add;
    }

    @Override
    public Optional<Reply> on(StandardInput stdin) {
      return Optional.of(make(container, add));
    }

    @Override
    public boolean isAwaited() {
      return ModelNode.isAwaited(container, add);
    }
  }

  // What the runtime does

  void add(Container container, Server process) {
    Add add = new Add(++adds);
    start(
        container,
        process,
        Optional.of(add),
        add + " of " + container.name,
        () -> {
          add.returned =
              process.serve("ADD", container.name, CONFIGURATION, new AddWork(container, add));
          crowd.point(); // on the way to the runtime
          if (isAwaited(container, add)) {
            container.call = Optional.empty();
            if (add.returned.orElseThrow().exitCode() == 0) {
              add.wanted = true;
              container.attached = Optional.of(add);
            }
          }
        });
  }

  void del(Container container, Server process) {
    container.attached.ifPresent(add -> add.wanted = false);
    container.attached = Optional.empty();
    boolean abandonedAddRuns = container.abandoned.stream().anyMatch(Add::runs);
    container.mustBeDeleted = true;
    start(
        container,
        process,
        Optional.empty(),
        "DEL of " + container.name,
        () -> {
          Optional<Reply> reply =
              process.serve("DEL", container.name, _ -> Optional.of(remove(container, false)));
          crowd.point();
          container.call = Optional.empty();
          if (reply.orElseThrow().exitCode() == 0) {
            container.mustBeDeleted = abandonedAddRuns;
          }
        });
  }

  void gc(Server process) {
    Set<String> valid = valid();
    byte[] configuration = gcConfiguration(valid);
    process.start(
        "GC but for " + valid,
        () ->
            process.serve(
                "GC",
                "",
                configuration,
                _ -> {
                  for (Container container : containers.values()) {
                    if (!valid.contains(container.name)) {
                      Reply reply = remove(container, false);
                      if (reply.exitCode() != 0) {
                        return Optional.of(reply);
                      }
                    }
                  }
                  return Optional.of(new Reply(0, "", ""));
                }));
  }

  /** Those that GC must not touch: attached, or about to be. */
  private Set<String> valid() {
    Set<String> valid = new TreeSet<>();
    for (Container container : containers.values()) {
      if (container.attached.isPresent() || container.call.isPresent()) {
        valid.add(container.name);
      }
    }
    return valid;
  }

  private static byte[] gcConfiguration(Set<String> valid) {
    StringBuilder attachments = new StringBuilder();
    for (String name : valid) {
      attachments
          .append(attachments.isEmpty() ? "" : ",")
          .append("{\"containerID\":\"")
          .append(name)
          .append("\",\"ifname\":\"eth0\"}");
    }
    return ("{\"name\":\"net\",\"cni.dev/valid-attachments\":[" + attachments + "]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isAwaited(Container container, Add add) {
    return container.call.flatMap(Call::add).filter(add::equals).isPresent();
  }

  private void start(
      Container container, Server process, Optional<Add> add, String words, Runnable work) {
    process.start(words + (process.isAgent ? " by the agent" : " standalone"), work);
    Crowd.Member member = process.members.getLast();
    add.ifPresent(started -> started.member = Optional.of(member));
    container.call = Optional.of(new Call(process, member, add));
  }

  /** The runtime does not wait any longer for an ADD; it goes on if it has begun. */
  void abandon(Container container) {
    container.mustBeDeleted = true;
    container.abandoned.add(container.call.flatMap(Call::add).orElseThrow());
    container.call = Optional.empty();
  }

  Server newStandalone() {
    Server process = new Server(false);
    standalone.add(process);
    return process;
  }

  // What happens to processes

  void startAgent() {
    Server started = new Server(true);
    started.records.use();
    agent = Optional.of(started);
    retry(true);
  }

  /** The agent looks at all that is owed. */
  void retry(boolean atOnce) {
    Server process = agent.orElseThrow();
    process.start(
        "the agent's round",
        () -> {
          try {
            for (String name : process.deletes.owed()) {
              process.deletes.retry(name, atOnce);
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  void kill(Server process) {
    for (Container container : containers.values()) {
      if (container.call.filter(call -> call.process() == process).isPresent()) {
        lose(container, container.call.get());
      }
    }
    process.records.kill();
    for (Crowd.Member member : process.members) {
      if (!member.ended()) {
        member.kill();
      }
    }
    standalone.remove(process);
    if (agent.filter(process::equals).isPresent()) {
      agent = Optional.empty();
    }
  }

  /** Whoever made the call gets no answer. */
  private void lose(Container container, Call call) {
    container.call = Optional.empty();
    if (call.add().isEmpty()) {
      return; // a DEL, which the runtime will repeat
    }
    Add add = call.add().get();
    boolean made = container.parts.containsValue(add);
    boolean recorded = memory.isOwed(nameOf(container));
    if (made && !recorded) {
      if (call.process().isAgent && add.returned.isEmpty()) {
        throw new AssertionError(add + " was killed without a record");
      }
      container.mustBeDeleted = true;
    }
  }

  private static String nameOf(Container container) {
    return PendingDelete.of(
            "bridge",
            Map.of("CNI_CONTAINERID", container.name, "CNI_IFNAME", "eth0"),
            CONFIGURATION,
            0)
        .key()
        .orElseThrow()
        .digest();
  }

  /** The node goes down and comes up: links are gone, leases are not. */
  void reboot() {
    agent.ifPresent(this::kill);
    List.copyOf(standalone).forEach(this::kill);
    memory.reboot();
    for (Container container : containers.values()) {
      container.attached = Optional.empty();
      container.call = Optional.empty();
      container.mustBeDeleted = false;
      container.parts.remove("link");
      container.parts.replaceAll((_, _) -> new Add(-1));
    }
  }

  /** Lets everything come to its end. */
  void rest() {
    while (!crowd.living().isEmpty()) {
      for (Crowd.Member member : crowd.living()) {
        if (!member.ended()) {
          member.step();
        }
      }
    }
    standalone.clear();
  }

  // What must be so in the end

  /** How many attachments have a record that says that something is owed. */
  long owed() {
    return memory.names().stream().filter(memory::isOwed).count();
  }

  /** What is left although nobody wants it. */
  List<String> leftovers() {
    List<String> left = new ArrayList<>();
    for (Container container : containers.values()) {
      container.parts.forEach(
          (part, add) -> {
            if (!add.wanted && !isStale(add)) {
              left.add(part + " of " + container.name + " by " + add);
            }
          });
    }
    for (String name : memory.names()) {
      left.add("record " + name);
    }
    return left;
  }

  /** What is missing although the runtime was told that it is there. */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (Container container : containers.values()) {
      container.attached.ifPresent(
          add -> {
            for (String part : List.of("link", "lease")) {
              if (container.parts.get(part) != add) {
                missing.add(part + " of " + container.name + " by " + add);
              }
            }
          });
    }
    return missing;
  }
}

package dev.weft.pending;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.PluginAnswer;
import dev.weft.cni.Reply;
import dev.weft.cni.StandardInput;
import dev.weft.pending.DeleteRecords.Held;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One call at a time: what is written down of it, and what its caller is told. */
class PendingDeletesTest {
  private static final Reply DONE = new Reply(0, "", "a word\n");

  private final InMemoryDeleteRecords.Memory memory = new InMemoryDeleteRecords.Memory();
  private final List<PendingDelete> replayed = new ArrayList<>();
  private Reply replay = DONE;

  /** What each step on the records comes to: it fails if the disk is broken. */
  private boolean diskIsBroken;

  private final InMemoryDeleteRecords records =
      new InMemoryDeleteRecords(
          memory,
          () -> {
            if (diskIsBroken) {
              throw new IOException("the disk is broken");
            }
          });

  private final PendingDeletes agent = new PendingDeletes(records, this::replay, true, _ -> {});

  private final Map<String, String> environment =
      new HashMap<>(
          Map.of(
              "CNI_CONTAINERID", "c1",
              "CNI_IFNAME", "eth0",
              "CNI_NETNS", "/run/netns/c1",
              "CNI_PATH", "/opt/cni/bin"));

  private Reply replay(PendingDelete delete) {
    replayed.add(delete);
    return replay;
  }

  @BeforeEach
  void anAgentIsHere() {
    records.use();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 11, 100, 102, 999, 4711})
  void aDelThatFailsForNowIsQueued(int code) {
    Reply reply = serve("DEL", failure(code));
    assertEquals(0, reply.exitCode());
    assertEquals("", reply.stdout());
    assertTrue(
        reply.stderr().startsWith("a word\nweft: the DEL of container c1 eth0 by plugin bridge"),
        reply::stderr);
    assertTrue(reply.stderr().endsWith("to be tried again: why\n"), reply::stderr);
    assertEquals(1, memory.names().size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 7, 8, 50})
  void aDelThatWillNeverSucceedIsAnswered(int code) {
    Reply failure = failure(code);
    assertEquals(failure, serve("DEL", failure));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void aDelThatCannotBeQueuedIsAnswered() {
    Reply failure = failure(5);
    Reply reply =
        agent
            .serve(
                "bridge",
                verb("DEL"),
                input(),
                true,
                _ -> {
                  diskIsBroken = true;
                  return Optional.of(failure);
                })
            .orElseThrow();
    assertEquals(failure, reply);
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void aProcessForOneCallQueuesNothing() {
    PendingDeletes standalone = new PendingDeletes(records, this::replay, false, _ -> {});
    Reply failure = failure(5);
    assertEquals(
        Optional.of(failure),
        standalone.serve("bridge", verb("DEL"), input(), true, _ -> Optional.of(failure)));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void whatCannotBeReplayedIsNotQueued() {
    Reply failure = failure(5);
    assertEquals(
        Optional.of(failure),
        agent.serve("bridge", verb("DEL"), input(), false, _ -> Optional.of(failure)));
    environment.put("CNI_PATH", "bin");
    assertEquals(failure, serve("DEL", failure));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void anAddCarriesOutWhatIsOwedFirst() {
    serve("DEL", failure(5));
    Reply reply =
        agent
            .serve(
                "bridge",
                verb("ADD"),
                input(),
                true,
                _ -> {
                  assertEquals(1, replayed.size());
                  return Optional.of(DONE);
                })
            .orElseThrow();
    assertEquals(DONE, reply);
    assertEquals("DEL", replayed.getFirst().environment().get("CNI_COMMAND"));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void anAddIsPutOffWhileWhatIsOwedCannotBeDone() throws Exception {
    serve("DEL", failure(5));
    replay = failure(5);
    CniException refusal = refusal(serve("ADD", DONE));
    assertEquals(ErrorCode.TRY_AGAIN_LATER.number(), refusal.code());
    assertEquals(
        "the DEL of container c1 eth0 by plugin bridge, which is owed, failed again: why",
        refusal.getMessage());
    assertEquals(2, PendingDelete.read(onlyRecord()).attempts());
  }

  @Test
  void anotherAttachmentIsNotPutOff() {
    serve("DEL", failure(5));
    replay = failure(5);
    environment.put("CNI_CONTAINERID", "c2");
    assertEquals(DONE, serve("ADD", DONE));
  }

  @Test
  void whatWillNeverSucceedIsGivenUp() {
    serve("DEL", failure(5));
    replay = failure(7);
    assertEquals(DONE, serve("ADD", DONE));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void aDelThatSucceedsSettlesWhatIsOwed() {
    serve("DEL", failure(5));
    assertEquals(DONE, serve("DEL", DONE));
    assertEquals(List.of(), replayed);
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void aRecordThatMakesNoSenseIsPutAside() throws Exception {
    serve("DEL", failure(5));
    String name = memory.names().iterator().next();
    try (Held held = records.tryHold(name).orElseThrow()) {
      held.keep("{".getBytes(UTF_8));
    }
    assertEquals(DONE, serve("ADD", DONE));
    assertEquals(List.of(), replayed);
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void aRecordUnderAnothersNameIsPutAside() throws Exception {
    serve("DEL", failure(5));
    byte[] record = onlyRecord();
    environment.put("CNI_CONTAINERID", "c2");
    serve("DEL", failure(5));
    for (String name : records.all().keySet()) {
      try (Held held = records.tryHold(name).orElseThrow()) {
        held.keep(record);
      }
      agent.retry(name, true);
    }
    assertEquals(1, replayed.size());
    assertEquals("c1", replayed.getFirst().environment().get("CNI_CONTAINERID"));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void anAddWithoutARecordIsServedAllTheSame() {
    diskIsBroken = true;
    assertEquals(DONE, serve("ADD", DONE));
    assertEquals(DONE, serve("DEL", DONE));
  }

  @Test
  void anAddIsRefusedIfItIsNotKnownWhatIsOwed() {
    serve("DEL", failure(5));
    diskIsBroken = true;
    CniException refusal = refusal(serve("ADD", DONE));
    assertEquals(ErrorCode.IO_FAILURE.number(), refusal.code());
    assertEquals(DONE, serve("DEL", DONE));
  }

  @Test
  void anAddThatFailsLeavesNoRecord() {
    Reply failure = failure(5);
    assertEquals(failure, serve("ADD", failure));
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void anAddThatBreaksOffLeavesARecord() {
    assertThrows(
        StackOverflowError.class,
        () ->
            agent.serve(
                "bridge",
                verb("ADD"),
                input(),
                true,
                _ -> {
                  throw new StackOverflowError();
                }));
    agent.retry(memory.names().iterator().next(), false);
    assertEquals(1, replayed.size());
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void whatSomebodyWorksOnIsLeftToHim() throws Exception {
    agent.serve(
        "bridge",
        verb("ADD"),
        input(),
        true,
        _ -> {
          agent.retry(memory.names().iterator().next(), true);
          CniException refusal = refusal(serve("DEL", DONE));
          assertEquals(ErrorCode.TRY_AGAIN_LATER.number(), refusal.code());
          return Optional.of(DONE);
        });
    assertEquals(List.of(), replayed);
    assertEquals(Set.of(), agent.owed());
  }

  @Test
  void whatFailedAMomentAgoIsNotRetriedUnlessAskedFor() {
    serve("DEL", failure(5));
    String name = memory.names().iterator().next();
    agent.retry(name, false);
    assertEquals(0, replayed.size());
    agent.retry(name, true);
    assertEquals(1, replayed.size());
  }

  @Test
  void gcSettlesWhatItHasRemoved() {
    serve("DEL", failure(5));
    gc("bridge", "blue", "[]", failure(5));
    gc("bridge", "red", "[]", DONE);
    gc("loopback", "blue", "[]", DONE);
    gc("bridge", "blue", "[{\"containerID\":\"c1\",\"ifname\":\"eth0\"}]", DONE);
    assertEquals(1, memory.names().size());
    gc("bridge", "blue", "[{\"containerID\":\"c1\",\"ifname\":\"eth1\"}]", DONE);
    assertEquals(Set.of(), memory.names());
    assertEquals(List.of(), replayed);
  }

  @Test
  void gcWithoutAListSettlesNothing() {
    serve("DEL", failure(5));
    StandardInput stdin = StandardInput.of("{\"name\":\"blue\"}".getBytes(UTF_8));
    agent.serve("bridge", verb("GC"), stdin, true, _ -> Optional.of(DONE));
    assertEquals(1, memory.names().size());
  }

  @Test
  void gcKeepsWhatCameToBeOwedMeanwhile() {
    StandardInput stdin = gcInput("blue", "[]");
    serve("DEL", failure(5));
    agent.serve(
        "bridge",
        verb("GC"),
        stdin,
        true,
        _ -> {
          serve("ADD", DONE);
          serve("DEL", failure(5));
          return Optional.of(DONE);
        });
    assertEquals(1, memory.names().size());
  }

  @Test
  void inputThatCannotBeReadIsForThePluginToRefuse() {
    StandardInput unreadable = StandardInput.of(closed());
    agent.serve(
        "bridge",
        verb("ADD"),
        unreadable,
        true,
        stdin -> {
          assertEquals("Stream closed", assertThrows(IOException.class, stdin::all).getMessage());
          return Optional.of(DONE);
        });
    assertEquals(Set.of(), memory.names());
  }

  @Test
  void whatConcernsNoAttachmentIsNotRead() {
    StandardInput stdin = input();
    for (String verb : List.of("VERSION", "STATUS", "CHECK", "", "DELETE")) {
      agent.serve(
          "bridge",
          verb(verb),
          stdin,
          true,
          given -> {
            assertEquals(stdin, given);
            return Optional.of(DONE);
          });
    }
  }

  private static InputStream closed() {
    InputStream stream = InputStream.nullInputStream();
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return stream;
  }

  private void gc(String plugin, String network, String valid, Reply reply) {
    agent.serve(plugin, verb("GC"), gcInput(network, valid), true, _ -> Optional.of(reply));
  }

  private static StandardInput gcInput(String network, String valid) {
    return StandardInput.of(
        "{\"name\":\"%s\",\"cni.dev/valid-attachments\":%s}"
            .formatted(network, valid)
            .getBytes(UTF_8));
  }

  private Reply serve(String verb, Reply reply) {
    return agent.serve("bridge", verb(verb), input(), true, _ -> Optional.of(reply)).orElseThrow();
  }

  private Map<String, String> verb(String verb) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put("CNI_COMMAND", verb);
    return changed;
  }

  private static StandardInput input() {
    return StandardInput.of("{\"name\":\"blue\"}".getBytes(UTF_8));
  }

  private static Reply failure(int code) {
    Reply failure = Reply.failure(new CniException(code, "why", "", null));
    return new Reply(failure.exitCode(), failure.stdout(), "a word\n");
  }

  private static CniException refusal(Reply reply) {
    return assertThrows(CniException.class, () -> PluginAnswer.of("bridge", reply));
  }

  private byte[] onlyRecord() throws IOException {
    assertEquals(1, records.all().size());
    return records.all().firstEntry().getValue();
  }
}

package dev.weft.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.cni.CniException;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A line for each call if somebody looks; defects are told anyway. */
class ServedCallTest {
  private final Logger log = Logger.getLogger(ServedCall.class.getName());
  private final List<String> lines = new ArrayList<>();

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord logged) {
          String line = LogLine.of(logged);
          lines.add(line.substring(line.indexOf(' ') + 1));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    log.setUseParentHandlers(false);
    log.addHandler(handler);
    log.setLevel(Level.FINE);
  }

  @AfterEach
  void listenNoMore() {
    log.removeHandler(handler);
    log.setUseParentHandlers(true);
    log.setLevel(null);
  }

  @Test
  void atDebugEachCallIsALine() {
    ServedCalls.of("bridge", "ADD", "{\"name\":\"blue\"}", new Reply(0, "{}", "")).log();
    ServedCalls.of(
            "bridge",
            "ADD",
            "no JSON",
            Reply.failure(new CniException(ErrorCode.ADDRESS_UNAVAILABLE, "the pool is full")))
        .log();
    assertEquals(
        List.of(
            "level=debug msg=\"call served\" plugin=bridge verb=ADD container=c1 ifname=eth0"
                + " network=blue ms=2.000 queue_ms=1.000 exit=0",
            "level=debug msg=\"call failed\" plugin=bridge verb=ADD container=c1 ifname=eth0"
                + " ms=2.000 queue_ms=1.000 exit=1 code=100 error=\"the pool is full\""),
        lines);
  }

  @Test
  void otherwiseOnlyDefectsAre() {
    log.setLevel(Level.INFO);
    ServedCalls.good("bridge", "ADD").log();
    ServedCalls.failed("bridge", "ADD", ErrorCode.KERNEL_REFUSED, "no").log();
    ServedCalls.of(
            "bridge",
            "DEL",
            "{}",
            new Reply(1, "{\"code\":999,\"msg\":\"internal error\",\"details\":\"at A.b\"}", ""))
        .log();
    assertEquals(
        List.of(
            "level=warning msg=\"call failed\" plugin=bridge verb=DEL container=c1 ifname=eth0"
                + " ms=2.000 queue_ms=1.000 exit=1 code=999 error=\"internal error\""
                + " details=\"at A.b\""),
        lines);
  }
}

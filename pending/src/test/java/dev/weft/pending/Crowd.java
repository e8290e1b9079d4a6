package dev.weft.pending;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;

/**
 * Threads of which only one goes on at a time, and only from one of its points to the next: whoever
 * leads the crowd decides which, and may let one die at any point.
 */
final class Crowd {
  private final Semaphore stopped = new Semaphore(0);
  private final Map<Thread, Member> members = new HashMap<>();

  /** How a member dies: no code of ours catches it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** One thread and what it does. */
  final class Member {
    private final Semaphore go = new Semaphore(0);
    private final String words;
    private boolean dies;
    private boolean ended;
    private Throwable failure = new Killed();

    private Member(String words) {
      this.words = words;
    }

    /** Goes on to its next point or its end. */
    void step() {
      go.release();
      stopped.acquireUninterruptibly();
      if (!(failure instanceof Killed)) {
        throw new AssertionError(words + " failed", failure);
      }
    }

    /** Ends here. */
    void kill() {
      dies = true;
      step();
    }

    boolean ended() {
      return ended;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** Adds a member, which waits at its beginning. */
  Member add(String words, Runnable work) {
    Member member = new Member(words);
    Thread thread = Thread.ofVirtual().unstarted(() -> run(member, work));
    members.put(thread, member);
    thread.start();
    stopped.acquireUninterruptibly();
    return member;
  }

  private void run(Member member, Runnable work) {
    try {
      point();
      work.run();
    } catch (Throwable e) {
      member.failure = e;
    } finally {
      member.ended = true;
      members.remove(Thread.currentThread());
      stopped.release();
    }
  }

  /** Where the calling member waits to be led on. */
  void point() {
    Member self = Objects.requireNonNull(members.get(Thread.currentThread()));
    stopped.release();
    self.go.acquireUninterruptibly();
    if (self.dies) {
      throw new Killed();
    }
  }

  /** All that have not ended. */
  List<Member> living() {
    return new ArrayList<>(members.values());
  }
}

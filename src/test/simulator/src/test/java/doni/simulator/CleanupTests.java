package doni.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CleanupTests {

  private final Cleanup cleanup = new Cleanup();
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable closing(String name) {
    return () -> closed.add(name);
  }

  @Test
  void closesTheLastOpenedFirstAndOnlyOnce() {
    cleanup.open(() -> closing("first"));
    cleanup.open(() -> closing("second"));

    cleanup.close();
    cleanup.close();

    assertThat(closed).containsExactly("second", "first");
  }

  /** The signal comes between the start of a process and the moment in which it is known here. */
  @Test
  void waitsForWhatIsBeingOpenedAndClosesIt() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Thread end =
        new Thread(() -> {
          cleanup.close();
          ended.countDown();
        });

    cleanup.open(() -> {
      end.start();
      while (end.getState() != Thread.State.BLOCKED && ended.getCount() > 0) {
        Thread.onSpinWait();
      }
      return closing("opened meanwhile");
    });

    ended.await();
    assertThat(closed).containsExactly("opened meanwhile");
  }

  @Test
  void opensNothingAfterTheEnd() {
    cleanup.close();

    assertThatThrownBy(() -> cleanup.open(() -> closing("late")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cleanup.temporaryDirectory("doni-late-"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closed).isEmpty();
  }

  @Test
  void closesTheRestWhenOneCannotBeClosed() {
    cleanup.open(() -> closing("first"));
    cleanup.open(() ->
        () -> {
          throw new IllegalStateException("on purpose");
        });

    cleanup.close();

    assertThat(closed).containsExactly("first");
  }

  @Test
  void deletesATemporaryDirectoryWithWhatIsInIt() throws Exception {
    Path directory = cleanup.temporaryDirectory("doni-cleanup-");
    Files.writeString(Files.createDirectories(directory.resolve("a/b")).resolve("file"), "content");

    cleanup.close();

    assertThat(directory).doesNotExist();
  }
}

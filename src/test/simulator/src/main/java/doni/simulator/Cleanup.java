package doni.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What has to be closed when this process ends, by itself or by a signal; the last opened first.
 *
 * <p>A signal may come while something is being opened. The end then waits until that is open, and
 * closes it with the rest: the JVM ends with its last shutdown hook, whatever the other threads
 * have started by then.
 */
public final class Cleanup implements AutoCloseable {

  private static final int ATTEMPTS = 50;
  private static final long PAUSE_NANOS = 100_000_000;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean closing;

  /** Closes everything when the JVM is asked to end (SIGTERM, SIGINT). */
  public void onExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "cleanup"));
  }

  /** How something is opened. */
  @FunctionalInterface
  public interface Opening<T, E extends Exception> {
    T open() throws E;
  }

  /**
   * Opens something that is closed at the end. What has to wait for it waits afterwards, so that a
   * signal need not.
   *
   * @throws IllegalStateException when the end has begun; nothing is opened then
   */
  public synchronized <T extends AutoCloseable, E extends Exception> T open(Opening<T, E> opening)
      throws E {
    requireNotClosing();
    T opened = opening.open();
    open.push(opened);
    return opened;
  }

  /**
   * Creates a directory that is deleted at the end, with all that is in it.
   *
   * @throws IllegalStateException when the end has begun; nothing is created then
   */
  public synchronized Path temporaryDirectory(String prefix) throws IOException {
    requireNotClosing();
    Path directory = Files.createTempDirectory(prefix);
    open.push(() -> delete(directory));
    return directory;
  }

  private void requireNotClosing() {
    if (closing) {
      throw new IllegalStateException("this process is ending");
    }
  }

  /** Whether the end has begun. */
  public synchronized boolean isClosing() {
    return closing;
  }

  /** Closes everything; the second time nothing. */
  @Override
  public synchronized void close() {
    closing = true;
    while (!open.isEmpty()) {
      closeQuietly(open.pop());
    }
  }

  private static void closeQuietly(AutoCloseable opened) {
    try {
      opened.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      System.err.println("while cleaning up: " + e.getMessage());
    }
  }

  /** A process that has just ended may leave the last files of its own children behind. */
  private static void delete(Path directory) throws IOException {
    for (int attempt = 1; Files.exists(directory); attempt++) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }
}

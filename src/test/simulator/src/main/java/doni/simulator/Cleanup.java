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
 * <p>A signal may come while something is being opened: that is then closed as soon as it is told
 * here.
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

  /** Has something closed at the end. */
  public synchronized <T extends AutoCloseable> T add(T opened) {
    if (closing) {
      closeQuietly(opened);
    } else {
      open.push(opened);
    }
    return opened;
  }

  /** Has a directory deleted at the end, with all that is in it. */
  public void addDirectory(Path directory) {
    AutoCloseable deletion = () -> delete(directory);
    add(deletion);
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

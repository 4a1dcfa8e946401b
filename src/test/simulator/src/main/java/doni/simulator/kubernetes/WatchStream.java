package doni.simulator.kubernetes;

import doni.simulator.http.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A watch: one JSON line per change, until its time is over.
 *
 * <p>Without a version to start from, or with 0, it begins with an ADDED for everything there is. A
 * version that is too old ends it with one ERROR that carries a 410.
 */
final class WatchStream implements Answer.Body {

  /**
   * What is watched.
   *
   * @param from the version to go on from; 0 for everything there is
   * @param bookmarkEvery how often a quiet watch tells the newest version; zero for never
   */
  record Wish(
      Kind kind,
      Predicate<ObjectNode> wanted,
      long from,
      Duration timeout,
      Duration bookmarkEvery) {}

  private final ObjectStore store;
  private final Wish wish;

  /** Read before the response begins: a client that has its headers may end all watches at once. */
  private final int disturbances;

  private long version;

  WatchStream(ObjectStore store, Wish wish) {
    this.store = store;
    this.wish = wish;
    this.disturbances = store.disturbances();
    this.version = wish.from();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + wish.timeout().toNanos();
    if (version == 0) {
      ObjectStore.Listing all = store.list(wish.kind(), wish.wanted());
      version = all.version();
      for (ObjectNode object : all.objects()) {
        line(out, "ADDED", object);
      }
      out.flush();
    }
    boolean bookmarks = !wish.bookmarkEvery().isZero();
    long pause = bookmarks ? wish.bookmarkEvery().toNanos() : Long.MAX_VALUE;
    while (disturbances == store.disturbances()) {
      long left = deadline - System.nanoTime();
      switch (store.news(wish.kind(), version, Duration.ofNanos(Math.min(left, pause)))) {
        case ObjectStore.News.TooOld(long newest) -> {
          line(out, "ERROR", expired(newest));
          return;
        }
        case ObjectStore.News.Changes(List<ObjectEvent> events) -> changes(out, events);
        case ObjectStore.News.Nothing(long newest) -> {
          version = newest;
          if (bookmarks && disturbances == store.disturbances()) {
            line(out, "BOOKMARK", bookmark());
          }
        }
      }
      out.flush();
      if (left <= 0) {
        return;
      }
    }
  }

  private void changes(OutputStream out, List<ObjectEvent> events) throws IOException {
    for (ObjectEvent event : events) {
      version = event.version();
      if (wish.wanted().test(event.object())) {
        line(out, event.type().name(), event.object());
      }
    }
  }

  private ObjectNode expired(long newest) {
    String message = "too old resource version: " + version + " (" + newest + ")";
    return StatusError.failure(410, "Expired", message);
  }

  private ObjectNode bookmark() {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", wish.kind().title()).put("apiVersion", "v1");
    object
        .putObject("metadata")
        .put("resourceVersion", Long.toString(version))
        .putNull("creationTimestamp");
    return object;
  }

  private static void line(OutputStream out, String type, ObjectNode object) throws IOException {
    ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
    event.set("object", object);
    out.write(Answer.Json.MAPPER.writeValueAsBytes(event));
    out.write('\n');
  }
}

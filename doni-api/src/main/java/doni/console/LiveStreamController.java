package doni.console;

import doni.api.auth.TokenValidation;
import doni.api.auth.TokenValidation.TokenValidator;
import doni.api.web.StreamPlaces;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.event.ChangeWatch;
import doni.event.ChangeWatch.ChangeNotice;
import doni.event.ChangeWatch.Watcher;
import doni.event.EventFeedService;
import doni.event.HardwareEventStore.EventFilter;
import doni.hardware.HardwareEventFeed;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareReader;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.resync.ResyncService;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * Tells an open page that what it shows has changed, as a server-sent event without content; the
 * page then fetches its fragment again. A stream occupies the virtual thread of its request and a
 * connection, but no statement of its own: one {@link ChangeWatch} serves them all.
 *
 * <p>It ends with the session, with the token, and when the caller may no longer read what the page
 * shows; that is checked before an event, at most once a second, and every {@value #CHECK_SECONDS}
 * seconds.
 */
@ConsoleController
class LiveStreamController {

  private static final Logger LOG = LoggerFactory.getLogger(LiveStreamController.class);

  private static final int CHECK_SECONDS = 10;
  private static final Duration CHECK = Duration.ofSeconds(CHECK_SECONDS);

  /** Notices come more often than that, and a check reads the session. */
  private static final Duration CHECKED = Duration.ofSeconds(1);

  private static final Duration MAX_DURATION = Duration.ofMinutes(15);
  private static final byte[] BEGINNING = bytes("retry: 1000\n\n");
  private static final byte[] CHANGED = bytes("event: changed\ndata:\n\n");
  private static final byte[] COMMENT = bytes(":\n\n");

  private final ChangeWatch changes;
  private final HardwareEventFeed devices;
  private final EventFeedService fleet;
  private final ResyncService resyncs;
  private final HardwarePermissions permissions;
  private final ConsoleSession sessions;
  private final TokenValidator tokens;
  private final StreamPlaces places;

  LiveStreamController(
      ChangeWatch changes,
      HardwareEventFeed devices,
      EventFeedService fleet,
      ResyncService resyncs,
      HardwarePermissions permissions,
      ConsoleSession sessions,
      TokenValidator tokens,
      StreamPlaces pageStreamPlaces) {
    this.changes = changes;
    this.devices = devices;
    this.fleet = fleet;
    this.resyncs = resyncs;
    this.permissions = permissions;
    this.sessions = sessions;
    this.tokens = tokens;
    this.places = pageStreamPlaces;
  }

  /**
   * Streams until the client disconnects, the service stops, or the session ends.
   *
   * @param device the UUID of the only device that the page shows; null for all that the caller may
   *     see
   * @param runs whether the page shows resync runs, and nothing else
   */
  @GetMapping(ConsolePaths.LIVE)
  void follow(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(required = false) @Nullable String device,
      @RequestParam(defaultValue = "false") boolean runs,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    LiveScope scope = authorized(caller, device, runs);
    if (!places.acquire(caller.projectId())) {
      throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
    }
    try (Watcher watcher = changes.watch(scope::includes)) {
      response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
      response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
      response.setHeader("X-Accel-Buffering", "no");
      write(watcher, () -> mayContinue(request, device, runs, scope), response.getOutputStream());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      places.release(caller.projectId());
    }
  }

  /** What a page shows, and so what it learns of. */
  sealed interface LiveScope {

    boolean includes(ChangeNotice notice);

    record OneDevice(HardwareId device) implements LiveScope {
      @Override
      public boolean includes(ChangeNotice notice) {
        return notice.hardware().equals(device);
      }
    }

    record OneProject(String project) implements LiveScope {
      @Override
      public boolean includes(ChangeNotice notice) {
        return notice.ofLanes() || project.equals(notice.projectId());
      }
    }

    record EveryProject() implements LiveScope {
      @Override
      public boolean includes(ChangeNotice notice) {
        return !notice.ofRuns();
      }
    }

    record ResyncRuns() implements LiveScope {
      @Override
      public boolean includes(ChangeNotice notice) {
        return notice.ofRuns();
      }
    }
  }

  /** Returns what the caller may learn of, by the rules of the streams of the API. */
  private LiveScope authorized(Caller caller, @Nullable String device, boolean runs) {
    if (device != null) {
      HardwareId id =
          HardwareReader.uuid(device)
              .orElseThrow(() -> RequestRefusedException.NotFound.hardware(device));
      var _ = devices.follow(caller, id.toString());
      return new LiveScope.OneDevice(id);
    }
    if (runs) {
      resyncs.authorizeToRead(caller);
      return new LiveScope.ResyncRuns();
    }
    @Nullable String project = permissions.everyProject(caller) ? null : caller.projectId();
    var _ = fleet.end(caller, new EventFilter(null, null, null, null, project));
    return project == null ? new LiveScope.EveryProject() : new LiveScope.OneProject(project);
  }

  private void write(Watcher watcher, LiveCondition mayContinue, OutputStream out)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + MAX_DURATION.toNanos();
    out.write(BEGINNING);
    out.flush();
    long checked = System.nanoTime() - CHECKED.toNanos();
    while (System.nanoTime() < end) {
      boolean changed = watcher.await(CHECK).isPresent();
      if (changes.closed()) {
        return;
      }
      if (System.nanoTime() - checked >= CHECKED.toNanos()) {
        if (!mayContinue.holds()) {
          return;
        }
        checked = System.nanoTime();
      }
      out.write(changed ? CHANGED : COMMENT);
      out.flush();
    }
  }

  /** Whether a stream may go on. */
  private interface LiveCondition {
    boolean holds();
  }

  private boolean mayContinue(
      HttpServletRequest request, @Nullable String device, boolean runs, LiveScope scope) {
    try {
      Optional<Secret> token = sessions.projectToken(request);
      if (token.isEmpty() || !sessions.continues(request)) {
        return false;
      }
      if (tokens.validate(token.get(), request.getRemoteAddr())
          instanceof TokenValidation.Valid(Caller caller, var _)) {
        return authorized(caller, device, runs).equals(scope);
      }
      return false;
    } catch (DataAccessException | RequestRefusedException e) {
      LOG.debug("Stream of a page ended", e);
      return false;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

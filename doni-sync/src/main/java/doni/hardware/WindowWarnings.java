package doni.hardware;

import doni.enrollment.ReservationWindow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds reservation windows that are stored but cannot be reserved as their owner expects. They are
 * not refused: a client of the original service may send them, and a window ends without a request.
 */
final class WindowWarnings {

  private static final int MAX_WARNINGS = 10;

  private WindowWarnings() {}

  /** Returns warnings about the windows that a change added or moved, by start. */
  static List<String> of(
      Collection<ReservationWindow> before, Collection<ReservationWindow> after, Instant now) {
    Set<ReservationWindow> unchanged = new HashSet<>(before);
    List<String> warnings = new ArrayList<>();
    ReservationWindow longest = null;
    for (ReservationWindow window :
        after.stream().sorted(Comparator.comparing(ReservationWindow::start)).toList()) {
      boolean changed = !unchanged.contains(window);
      if (changed && !window.end().isAfter(now)) {
        warnings.add(
            "/availability/%s: is in the past; it cannot be reserved".formatted(window.uuid()));
      }
      if (longest != null
          && window.start().isBefore(longest.end())
          && (changed || !unchanged.contains(longest))) {
        warnings.add(
            "/availability/%s: overlaps /availability/%s; only one of them can be reserved at a time"
                .formatted(window.uuid(), longest.uuid()));
      }
      longest = longest == null || window.end().isAfter(longest.end()) ? window : longest;
    }
    return warnings.subList(0, Math.min(warnings.size(), MAX_WARNINGS));
  }
}

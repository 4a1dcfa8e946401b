package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an attempt has written so far, and the key that is known of the device. */
final class Progress {

  private final List<Change> changes = new ArrayList<>();
  private Known known;

  Progress(Known known) {
    this.known = known;
  }

  void wrote(Change change) {
    changes.add(change);
  }

  void gotKey(long device, Secret key) {
    known = new Known(device, key);
  }

  Known known() {
    return known;
  }

  @Nullable Secret keyOf(FleetDevice device) {
    return known.hasKeyOf(device) ? known.key() : null;
  }

  List<Change> changes() {
    return changes;
  }
}

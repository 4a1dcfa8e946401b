package doni.console;

import doni.hardware.HardwarePermissions.AllowedActions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can be done with many devices at once. */
enum BatchAction {
  RESYNC,
  QUARANTINE,
  RELEASE,
  LABEL,
  UNLABEL;

  /** Returns the action of a form; null for any other text. */
  static @Nullable BatchAction of(String text) {
    for (BatchAction action : values()) {
      if (action.key().equals(text)) {
        return action;
      }
    }
    return null;
  }

  /** Returns the actions that a page offers to a caller. */
  static List<BatchAction> allowed(AllowedActions allowed) {
    return Arrays.stream(values())
        .filter(action -> action.ofQuarantine() ? allowed.quarantine() : allowed.sync())
        .toList();
  }

  private boolean ofQuarantine() {
    return this == QUARANTINE || this == RELEASE;
  }

  /** Returns the name in forms and in the keys of texts. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}

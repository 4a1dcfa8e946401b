package doni.availability;

import doni.enrollment.HardwareId;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers who asked for a device with an application credential, until {@link
 * AgentContactMonitor} writes it. Noting costs a request no statement.
 */
public final class AgentContacts {

  /** More are dropped until the next write; agents ask again within a minute. */
  private static final int MOST = 50_000;

  private final Map<AgentContact, Instant> noted = new ConcurrentHashMap<>();
  private final Clock clock;

  AgentContacts(Clock clock) {
    this.clock = clock;
  }

  /**
   * A device and the application credential with which it was asked for. It is a contact of the
   * device's agent only if the device's enrollment has that credential.
   */
  record AgentContact(UUID device, String credentialId) {}

  /**
   * Notes that a caller read a device.
   *
   * @param credentialId the application credential of the caller; null for another kind of login
   */
  public void note(HardwareId device, @Nullable String credentialId) {
    if (credentialId != null && noted.size() < MOST) {
      noted.put(new AgentContact(device.value(), credentialId), clock.instant());
    }
  }

  /** Returns what was noted since the last time, with the time of the last request of each. */
  Map<AgentContact, Instant> take() {
    Map<AgentContact, Instant> taken = new HashMap<>();
    for (AgentContact contact : List.copyOf(noted.keySet())) {
      Instant at = noted.remove(contact);
      if (at != null) {
        taken.put(contact, at);
      }
    }
    return taken;
  }
}

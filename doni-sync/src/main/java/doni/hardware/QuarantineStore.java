package doni.hardware;

import doni.enrollment.HardwareId;
import doni.request.RequestRefusedException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Freezes devices and lets them go. Every method wants a device that is locked. */
@Component
public class QuarantineStore {

  private final JdbcClient jdbc;
  private final Clock clock;

  QuarantineStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * Freezes a device. One that is frozen stays so since when it was.
   *
   * @return whether that changed anything
   */
  public boolean begin(HardwareId id, String by, @Nullable String reason) {
    return jdbc.sql(
                """
                update hardware set quarantined_at = coalesce(quarantined_at, :now), quarantined_by = :by,
                  quarantine_reason = :reason
                where uuid = :uuid and (quarantined_at is null or quarantine_reason is distinct from :reason)
                """)
            .param("now", OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
            .param("by", by)
            .param("reason", reason, java.sql.Types.VARCHAR)
            .param("uuid", id.value())
            .update()
        > 0;
  }

  /**
   * Lets a device go.
   *
   * @return whether it was frozen
   */
  public boolean end(HardwareId id) {
    return jdbc.sql(
                """
                update hardware set quarantined_at = null, quarantined_by = null, quarantine_reason = null
                where uuid = :uuid and quarantined_at is not null
                """)
            .param("uuid", id.value())
            .update()
        > 0;
  }

  /**
   * Refuses what would have the workers remove things.
   *
   * @throws RequestRefusedException.Conflict if the device is frozen
   */
  public void refuseDeletion(HardwareId id) {
    boolean frozen =
        jdbc.sql("select quarantined_at is not null from hardware where uuid = ?")
            .param(id.value())
            .query(Boolean.class)
            .single();
    if (frozen) {
      throw new RequestRefusedException.Conflict(
          "Hardware " + id + " is in quarantine; release it before it is deleted.");
    }
  }
}

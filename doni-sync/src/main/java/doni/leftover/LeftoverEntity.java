package doni.leftover;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A row of {@code leftover}, read only. Never leaves this package. */
@Entity
@Immutable
@Table(name = "leftover")
class LeftoverEntity {

  @Id long id;

  @Column(name = "hardware_uuid")
  UUID hardwareUuid;

  @Column(name = "worker_type")
  String workerType;

  String name;

  @Column(name = "project_id")
  String projectId;

  @Column(name = "hardware_type")
  String hardwareType;

  /** JSON in which secrets are encrypted. */
  @JdbcTypeCode(SqlTypes.JSON)
  String properties;

  /** JSON in which secrets are encrypted. */
  @JdbcTypeCode(SqlTypes.JSON)
  @Column(name = "state_details")
  String stateDetails;

  @JdbcTypeCode(SqlTypes.JSON)
  String windows;

  long generation;

  @Column(name = "deleted_at")
  Instant deletedAt;

  @Column(name = "deleted_by")
  String deletedBy;

  int attempts;

  @Nullable String reason;

  @Column(name = "last_attempt_at")
  @Nullable Instant lastAttemptAt;

  @Column(name = "next_attempt_at")
  Instant nextAttemptAt;

  /** Used by Hibernate, which sets the fields afterwards. */
  @SuppressWarnings("NullAway.Init")
  protected LeftoverEntity() {}

  Leftover toLeftover() {
    return new Leftover(
        id,
        workerType,
        new Leftover.DeletedHardware(
            new HardwareId(hardwareUuid),
            name,
            projectId,
            hardwareType,
            new Generation(generation),
            deletedAt,
            deletedBy),
        new Leftover.CleanupProgress(attempts, reason, lastAttemptAt, nextAttemptAt));
  }
}

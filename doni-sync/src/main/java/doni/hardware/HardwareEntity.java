package doni.hardware;

import doni.secret.SecretEncryptor;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A row of {@code hardware} with its reservation windows. Never leaves this package. */
@Entity
@Table(name = "hardware")
class HardwareEntity {

  @Id UUID uuid;

  String name;

  @Column(name = "project_id", updatable = false)
  String projectId;

  @Column(name = "hardware_type")
  String hardwareType;

  /** JSON in which secrets are encrypted, see {@link SecretEncryptor}. */
  @JdbcTypeCode(SqlTypes.JSON)
  String properties;

  /** JSON. */
  @JdbcTypeCode(SqlTypes.JSON)
  String labels;

  long generation;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  @Column(name = "updated_at")
  @Nullable Instant updatedAt;

  @Column(name = "deleted_at")
  @Nullable Instant deletedAt;

  @Column(name = "requested_at")
  Instant requestedAt;

  @Column(name = "quarantined_at")
  @Nullable Instant quarantinedAt;

  @Column(name = "quarantined_by")
  @Nullable String quarantinedBy;

  @Column(name = "quarantine_reason")
  @Nullable String quarantineReason;

  @OneToMany(cascade = CascadeType.ALL, orphanRemoval = true, fetch = FetchType.LAZY)
  @JoinColumn(name = "hardware_uuid", nullable = false, updatable = false)
  @OrderBy("startsAt")
  List<ReservationWindowEntity> windows = new ArrayList<>();

  /** Used by Hibernate, which sets the fields afterwards. */
  @SuppressWarnings("NullAway.Init")
  protected HardwareEntity() {}
}

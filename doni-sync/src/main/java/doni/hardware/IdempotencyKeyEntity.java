package doni.hardware;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A row of {@code idempotency_key}. Never leaves this package. */
@Entity
@Table(name = "idempotency_key")
class IdempotencyKeyEntity {

  /** A client's key is unique within its project. */
  @Embeddable
  record IdempotencyKeyId(@Column(name = "project_id") String projectId, String key) {}

  @EmbeddedId IdempotencyKeyId id;

  @Column(name = "request_hash")
  byte[] requestHash;

  @Column(name = "hardware_uuid")
  UUID hardwareUuid;

  @Column(name = "created_at")
  Instant createdAt;

  /** Used by Hibernate, which sets the fields afterwards. */
  @SuppressWarnings("NullAway.Init")
  protected IdempotencyKeyEntity() {}
}

package doni.hardware;

import doni.enrollment.ReservationWindow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code availability_window}. Never leaves this package. */
@Entity
@Table(name = "availability_window")
class ReservationWindowEntity {

  @Id UUID uuid;

  @Column(name = "starts_at")
  Instant startsAt;

  @Column(name = "ends_at")
  Instant endsAt;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  @Column(name = "updated_at")
  @Nullable Instant updatedAt;

  /** Used by Hibernate, which sets the fields afterwards. */
  @SuppressWarnings("NullAway.Init")
  protected ReservationWindowEntity() {}

  ReservationWindowEntity(UUID uuid, Instant startsAt, Instant endsAt, Instant createdAt) {
    this.uuid = uuid;
    this.startsAt = startsAt;
    this.endsAt = endsAt;
    this.createdAt = createdAt;
  }

  ReservationWindow toWindow() {
    return new ReservationWindow(uuid, startsAt, endsAt);
  }

  ReservationWindowRecord toRecord() {
    return new ReservationWindowRecord(toWindow(), createdAt, updatedAt);
  }
}

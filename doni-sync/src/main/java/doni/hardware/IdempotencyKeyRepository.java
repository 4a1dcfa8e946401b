package doni.hardware;

import java.time.Instant;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** Rows of {@code idempotency_key}. {@link IdempotencyKeyStore} inserts them. */
interface IdempotencyKeyRepository
    extends Repository<IdempotencyKeyEntity, IdempotencyKeyEntity.IdempotencyKeyId> {

  Optional<IdempotencyKeyEntity> findById(IdempotencyKeyEntity.IdempotencyKeyId id);

  @Modifying
  @Query("delete from IdempotencyKeyEntity k where k.createdAt < :moment")
  void deleteOlderThan(Instant moment);
}

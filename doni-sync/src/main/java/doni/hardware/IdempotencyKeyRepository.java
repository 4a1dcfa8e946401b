package doni.hardware;

import java.util.Optional;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/**
 * Rows of {@code idempotency_key}. {@link IdempotencyKeyStore} inserts them.
 *
 * <p>A row is found by a query, which fails when the database does; {@code findById} may return
 * nothing instead.
 */
interface IdempotencyKeyRepository
    extends Repository<IdempotencyKeyEntity, IdempotencyKeyEntity.IdempotencyKeyId> {

  @Query("select k from IdempotencyKeyEntity k where k.id = :id")
  Optional<IdempotencyKeyEntity> find(IdempotencyKeyEntity.IdempotencyKeyId id);
}

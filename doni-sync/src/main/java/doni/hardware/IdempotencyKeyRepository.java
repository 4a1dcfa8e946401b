package doni.hardware;

import java.util.Optional;
import org.springframework.data.repository.Repository;

/** Rows of {@code idempotency_key}. {@link IdempotencyKeyStore} inserts them. */
interface IdempotencyKeyRepository
    extends Repository<IdempotencyKeyEntity, IdempotencyKeyEntity.IdempotencyKeyId> {

  Optional<IdempotencyKeyEntity> findById(IdempotencyKeyEntity.IdempotencyKeyId id);
}

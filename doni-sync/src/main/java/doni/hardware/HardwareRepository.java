package doni.hardware;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/**
 * Rows of {@code hardware}.
 *
 * <p>A lock is taken by a query, which fails when the database does; {@code EntityManager.find}
 * with a lock mode returns null after some errors, as if there were no such row. The query does not
 * join the windows: a statement that waits for a lock rereads the locked row only, so joined rows
 * would be older than it.
 */
interface HardwareRepository extends Repository<HardwareEntity, UUID> {

  /** Locks live or deleted hardware against every other change until the transaction ends. */
  @Lock(LockModeType.PESSIMISTIC_WRITE)
  @Query("select h from HardwareEntity h where h.uuid = :uuid")
  Optional<HardwareEntity> lock(UUID uuid);

  @Lock(LockModeType.PESSIMISTIC_WRITE)
  @Query("select h from HardwareEntity h where h.uuid = :uuid and h.deletedAt is null")
  Optional<HardwareEntity> lockLive(UUID uuid);

  /**
   * Locks the live hardware of that name.
   *
   * @param name in lower case
   */
  @Lock(LockModeType.PESSIMISTIC_WRITE)
  @Query("select h from HardwareEntity h where lower(h.name) = :name and h.deletedAt is null")
  Optional<HardwareEntity> lockLive(String name);

  /** Writes changed entities now, so that a refusal by the database becomes visible here. */
  void flush();
}

package doni.migration;

import doni.hardware.HardwarePropertyValidator;
import doni.hardwaretype.HardwareTypes;
import doni.secret.SecretEncryptor;
import doni.worker.DistributedLock;
import java.time.Clock;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Imports the database of the original service: hardware, including deleted hardware that it has
 * not cleaned up, reservation windows, and the details of its workers, so that ours adopt the
 * resources in the backends. UUIDs, dates, names and states are kept.
 *
 * <p>A migration can be repeated, and can run while the service runs: hardware is stored with its
 * tasks in one transaction, and the tasks become due with background priority. Hardware that is
 * already stored is never changed. Only one migration runs at a time. The operator stops the
 * original's workers first; otherwise two services write to the same backends.
 */
@Component
public final class OriginalDatabaseMigration {

  private static final String LOCK = "migrate-from";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HardwareTranslator translation;
  private final MigratedHardwareStore store;
  private final MigratedHardwareReader reader;
  private final TransactionTemplate transaction;
  private final DistributedLock locks;
  private final Clock clock;

  OriginalDatabaseMigration(
      HardwareTypes types,
      HardwarePropertyValidator rules,
      SecretEncryptor encryptor,
      JdbcClient jdbc,
      JsonMapper json,
      TransactionTemplate transaction,
      DistributedLock locks,
      Clock clock) {
    this.translation = new HardwareTranslator(types, rules, json);
    this.store = new MigratedHardwareStore(jdbc, encryptor, json);
    this.reader = new MigratedHardwareReader(jdbc, encryptor);
    this.transaction = transaction;
    this.locks = locks;
    this.clock = clock;
  }

  /**
   * Runs a migration.
   *
   * @param dryRun whether each transaction is rolled back in the end
   * @throws MigrationFailedException when the original's rows are not as many as it counts
   * @throws doni.backend.BackendException when another migration runs
   */
  public MigrationReport run(OriginalInventory original, boolean dryRun) {
    return locks.runLocked(
        LOCK,
        PATIENCE,
        () ->
            new MigrationRun(original, dryRun, translation, store, reader, transaction, clock)
                .report());
  }

  /** A migration ends half-way; what it has committed before is whole, and stays. */
  public static final class MigrationFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MigrationFailedException(String message) {
      super(message);
    }
  }
}

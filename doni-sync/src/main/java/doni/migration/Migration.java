package doni.migration;

import doni.hardware.PropertyRules;
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
 * Takes over what the original has stored: devices, also deleted ones that it has not cleaned up
 * after, their windows and what its workers reported, so that ours adopt what it made. Uuids,
 * dates, names and states stay as they are.
 *
 * <p>It may be run again, and while the service runs: a device appears whole, with its tasks, and
 * is due at once, behind what people ask for. What is here already is never written again, whether
 * it is the same or not. Two migrations do not run at a time. That the original's workers have been
 * stopped is for the operator to see to: two services would work on the same backends.
 */
@Component
public final class Migration {

  private static final String LOCK = "migrate-from";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HardwareTranslator translation;
  private final MigratedRows rows;
  private final TransactionTemplate transaction;
  private final DistributedLock locks;
  private final Clock clock;

  Migration(
      HardwareTypes types,
      PropertyRules rules,
      SecretEncryptor encryptor,
      JdbcClient jdbc,
      JsonMapper json,
      TransactionTemplate transaction,
      DistributedLock locks,
      Clock clock) {
    this.translation = new HardwareTranslator(types, rules, json);
    this.rows = new MigratedRows(jdbc, encryptor, json);
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
        () -> new MigrationRun(original, dryRun, translation, rows, transaction, clock).report());
  }
}

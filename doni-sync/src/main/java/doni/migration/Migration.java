package doni.migration;

import doni.inventory.HardwareTypes;
import doni.inventory.PropertyRules;
import doni.inventory.Sealer;
import doni.worker.SiteLock;
import java.time.Clock;
import java.time.Duration;
import org.springframework.jdbc.core.JdbcTemplate;
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

  private final Translation translation;
  private final MigratedRows rows;
  private final TransactionTemplate transaction;
  private final SiteLock locks;
  private final Clock clock;

  Migration(
      HardwareTypes types,
      PropertyRules rules,
      Sealer sealer,
      JdbcTemplate jdbc,
      JsonMapper json,
      TransactionTemplate transaction,
      SiteLock locks,
      Clock clock) {
    this.translation = new Translation(types, rules, json);
    this.rows = new MigratedRows(jdbc, sealer, json);
    this.transaction = transaction;
    this.locks = locks;
    this.clock = clock;
  }

  /**
   * Runs a migration.
   *
   * @param dryRun whether each transaction is rolled back in the end
   * @throws MigrationFailedException when the original's rows are not as many as it counts
   * @throws doni.worker.RemoteException when another migration runs
   */
  public MigrationReport run(OriginalInventory original, boolean dryRun) {
    return locks.holding(
        LOCK,
        PATIENCE,
        () -> new MigrationRun(original, dryRun, translation, rows, transaction, clock).report());
  }
}

package doni.migration;

import doni.enrollment.HardwareId;
import doni.migration.MigratedHardwareReader.ComparedHardware;
import doni.migration.MigrationReport.MigrationFinding;
import doni.migration.MigrationReport.MigrationFinding.FindingKind;
import doni.migration.OriginalDatabaseMigration.MigrationFailedException;
import doni.migration.OriginalInventory.Counts;
import doni.migration.OriginalInventory.OriginalHardware;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionTemplate;

/** One pass over the original, in transactions of some hundred devices. */
final class MigrationRun {

  private static final Logger LOG = LoggerFactory.getLogger(MigrationRun.class);
  private static final int BATCH = 200;

  private final OriginalInventory original;
  private final boolean dryRun;
  private final HardwareTranslator translation;
  private final MigratedHardwareStore store;
  private final MigratedHardwareReader reader;
  private final TransactionTemplate transaction;
  private final Instant now;

  private final List<MigrationFinding> findings = new ArrayList<>();
  private final MigrationChecksum.Sum enrollmentsRead = new MigrationChecksum.Sum();
  private final MigrationChecksum.Sum enrollmentsStored = new MigrationChecksum.Sum();
  private final MigrationChecksum.Sum tasksRead = new MigrationChecksum.Sum();
  private final MigrationChecksum.Sum tasksStored = new MigrationChecksum.Sum();
  private Counts read = new Counts(0, 0, 0);
  private Counts taken = new Counts(0, 0, 0);
  private long there;
  private long goneHere;
  private long cleanedUp;

  MigrationRun(
      OriginalInventory original,
      boolean dryRun,
      HardwareTranslator translation,
      MigratedHardwareStore store,
      MigratedHardwareReader reader,
      TransactionTemplate transaction,
      Clock clock) {
    this.original = original;
    this.dryRun = dryRun;
    this.translation = translation;
    this.store = store;
    this.reader = reader;
    this.transaction = transaction;
    // Postgres keeps microseconds.
    this.now = clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  MigrationReport report() {
    Counts counted = original.counts();
    List<OriginalHardware> batch = original.after(0, BATCH);
    while (!batch.isEmpty()) {
      take(batch);
      LOG.info("Read {} of {} devices", read.devices(), counted.devices());
      batch = original.after(batch.getLast().id(), BATCH);
    }
    if (!read.equals(counted)) {
      throw new MigrationFailedException("read " + read + " of an original that counts " + counted);
    }
    return new MigrationReport(
        dryRun,
        counted,
        read,
        taken,
        there,
        goneHere,
        cleanedUp,
        enrollmentsRead.text(),
        enrollmentsStored.text(),
        tasksRead.text(),
        tasksStored.text(),
        findings);
  }

  private void take(List<OriginalHardware> batch) {
    Map<HardwareId, MigratedHardware> wanted = new LinkedHashMap<>();
    Map<HardwareId, List<MigrationFinding>> said = new LinkedHashMap<>();
    for (OriginalHardware device : batch) {
      read = plus(read, new Counts(1, device.tasks().size(), device.windows().size()));
      List<MigrationFinding> found = new ArrayList<>();
      switch (translation.of(device, found)) {
        case HardwareTranslator.TranslationResult.Translated(MigratedHardware migrated) -> {
          wanted.put(migrated.id(), migrated);
          said.put(migrated.id(), found);
        }
        case HardwareTranslator.TranslationResult.CleanedUp _ -> {
          cleanedUp++;
          findings.addAll(found);
        }
        case HardwareTranslator.TranslationResult.NotTranslatable _ -> findings.addAll(found);
      }
    }
    Map<HardwareId, ComparedHardware> stored = reader.stored(wanted.keySet());
    Set<HardwareId> known = reader.known(wanted.keySet());
    List<MigratedHardware> missing = new ArrayList<>();
    wanted.forEach((id, device) -> {
      if (stored.containsKey(id)) {
        compare(device, stored.get(id));
      } else if (known.contains(id)) {
        goneHere++;
      } else {
        missing.add(device);
      }
    });
    store(missing, said);
  }

  private void compare(MigratedHardware device, ComparedHardware storedHardware) {
    MigrationChecksum here = storedHardware.enrollment(device.issued());
    if (here.equals(device.enrollment())) {
      there++;
      enrollmentsRead.add(device.enrollment());
      enrollmentsStored.add(here);
    } else {
      find(
          device,
          FindingKind.DIFFERS,
          storedHardware.generation() > 1
              ? "was changed here since it was taken; left as it is"
              : "was changed in the original since it was taken; left as it is");
    }
  }

  /** What a transaction has stored, as it was read back. */
  private record Batch(
      Map<HardwareId, ComparedHardware> devices, Map<HardwareId, MigrationChecksum> work) {}

  /** Where a batch cannot be stored, its devices are stored one by one, to find the one. */
  private void store(List<MigratedHardware> devices, Map<HardwareId, List<MigrationFinding>> said) {
    if (devices.isEmpty()) {
      return;
    }
    try {
      Batch stored =
          Objects.requireNonNull(
              transaction.execute(status -> {
                Batch batch = verified(devices, store.insert(devices, now));
                if (dryRun) {
                  status.setRollbackOnly();
                }
                return batch;
              }));
      devices.forEach(device -> count(device, stored, said));
    } catch (DataAccessException | NotAsReadException e) {
      if (devices.size() > 1) {
        devices.forEach(device -> store(List.of(device), said));
      } else {
        find(devices.getFirst(), FindingKind.NOT_TAKEN, "cannot be stored: " + reason(e));
      }
    }
  }

  private void count(
      MigratedHardware device, Batch stored, Map<HardwareId, List<MigrationFinding>> said) {
    ComparedHardware here = stored.devices().get(device.id());
    MigrationChecksum work = stored.work().get(device.id());
    if (here == null || work == null) {
      find(
          device,
          FindingKind.NOT_TAKEN,
          "its name belongs to hardware " + reader.holderOf(device.name()) + " here");
      return;
    }
    findings.addAll(said.getOrDefault(device.id(), List.of()));
    taken = plus(taken, new Counts(1, device.tasks().size(), here.windows().size()));
    enrollmentsRead.add(device.enrollment());
    enrollmentsStored.add(here.enrollment(device.issued()));
    tasksRead.add(device.work());
    tasksStored.add(work);
  }

  /** Reads back what was stored, before it is committed, so no other client can have changed it. */
  private Batch verified(List<MigratedHardware> devices, Set<HardwareId> inserted) {
    Batch batch = new Batch(reader.stored(inserted), reader.work(inserted));
    for (MigratedHardware device : devices) {
      ComparedHardware here = batch.devices().get(device.id());
      if (here != null
          && !(here.enrollment(device.issued()).equals(device.enrollment())
              && device.work().equals(batch.work().get(device.id())))) {
        throw new NotAsReadException();
      }
    }
    return batch;
  }

  /** What was stored is not what was read; its transaction is rolled back. */
  private static final class NotAsReadException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private void find(MigratedHardware device, FindingKind findingKind, String text) {
    findings.add(new MigrationFinding(findingKind, device.label(), text));
  }

  /** Postgres' own text can quote values. */
  private static String reason(RuntimeException e) {
    return switch (e) {
      case DataAccessException refused
          when refused.getMostSpecificCause() instanceof SQLException sql ->
          "Postgres refuses it with SQL state " + sql.getSQLState();
      case NotAsReadException _ -> "what is read back is not the same";
      default -> e.getClass().getSimpleName();
    };
  }

  private static Counts plus(Counts one, Counts other) {
    return new Counts(
        one.devices() + other.devices(),
        one.tasks() + other.tasks(),
        one.windows() + other.windows());
  }
}

package doni.machinetype;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine types of a directory as it stands now, over those of the configuration.
 *
 * <p>The directory is checked once a second: first the times and sizes of its files, then their
 * content. While anything in it is wrong, the last valid machine types stay active, and each set of
 * findings is logged once.
 */
final class WatchedMachineTypes implements MachineTypeCatalog {

  private static final Logger log = LoggerFactory.getLogger(WatchedMachineTypes.class);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /**
   * A file this young may change once more within the resolution of its time: its content is read.
   */
  private static final Duration YOUNG = Duration.ofSeconds(2);

  private final MachineTypesDirectory directory;
  private final ConfiguredMachineTypes configured;
  private final Clock clock;
  private final List<BiConsumer<MachineTypes, MachineTypes>> listeners =
      new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("machine-types").factory());
  private volatile MachineTypes types;
  private volatile List<MachineTypeProblem> findings = List.of();
  private @Nullable List<MachineTypesDirectory.Stamp> stamps;

  /**
   * @throws UnusableMachineTypesException when the directory or anything in it cannot be used
   */
  WatchedMachineTypes(
      MachineTypesDirectory directory, ConfiguredMachineTypes configured, Clock clock)
      throws UnusableMachineTypesException {
    this.directory = directory;
    this.configured = configured;
    this.clock = clock;
    MachineTypeMerge first = compose();
    if (!first.findings().isEmpty()) {
      throw new UnusableMachineTypesException(first.findings());
    }
    this.types = first.types();
  }

  void start() {
    var _ =
        executor.scheduleWithFixedDelay(
            this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  void stop() {
    executor.shutdownNow();
  }

  @Override
  public MachineTypes current() {
    return types;
  }

  /** What keeps the files from being used; empty when all is well. */
  List<MachineTypeProblem> findings() {
    return findings;
  }

  @Override
  public void onChange(BiConsumer<MachineTypes, MachineTypes> listener) {
    listeners.add(listener);
  }

  /** Takes up what has changed, if anything has and nothing is wrong with it. */
  synchronized void look() {
    try {
      List<MachineTypesDirectory.Stamp> found = directory.stamps();
      if (found.equals(stamps)) {
        return;
      }
      use(compose());
      Instant young = clock.instant().minus(YOUNG);
      stamps = found.stream().allMatch(stamp -> stamp.modified().isBefore(young)) ? found : null;
    } catch (IOException e) {
      stamps = null;
      refuse(List.of(whole(e)));
    } catch (RuntimeException e) {
      // What got out would end the watching.
      log.error("doni.types-directory {} could not be looked at", directory.path(), e);
    }
  }

  private MachineTypeMerge compose() {
    try {
      return MachineTypeMerge.of(configured, directory.read());
    } catch (IOException e) {
      return new MachineTypeMerge(new MachineTypes(configured.byName()), List.of(whole(e)));
    }
  }

  private MachineTypeProblem whole(IOException e) {
    return new MachineTypeProblem(
        directory.path().toString(), "", MachineTypesDirectory.unreadable(e));
  }

  private void use(MachineTypeMerge composition) {
    if (!composition.findings().isEmpty()) {
      refuse(composition.findings());
      return;
    }
    boolean wasBroken = !findings.isEmpty();
    MachineTypes before = types;
    findings = List.of();
    if (!composition.types().equals(before)) {
      types = composition.types();
      log.info("doni.types-directory {} has changed and is in use", directory.path());
      listeners.forEach(listener -> tell(listener, before));
    } else if (wasBroken) {
      log.info("doni.types-directory {} is right again", directory.path());
    }
  }

  private void tell(BiConsumer<MachineTypes, MachineTypes> listener, MachineTypes before) {
    try {
      listener.accept(before, types);
    } catch (RuntimeException e) {
      log.error("A change of machine types was not taken up at once", e);
    }
  }

  private void refuse(List<MachineTypeProblem> wrong) {
    if (!wrong.equals(findings)) {
      findings = List.copyOf(wrong);
      wrong.forEach(finding ->
          log.error(
              "doni.types-directory {}: {}; the last good machine types stay in use",
              directory.path(),
              finding));
    }
  }
}

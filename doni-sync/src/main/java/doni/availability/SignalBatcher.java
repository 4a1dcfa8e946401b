package doni.availability;

import doni.database.DatabasePoller;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.DeviceSignal.SignalReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the signals that workers report, those of notifications in batches. Of one device and
 * source, the last signal counts. A batch that could not be written is kept and tried again.
 */
final class SignalBatcher implements SignalRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(SignalBatcher.class);
  private static final Duration INTERVAL = Duration.ofMillis(200);

  private final DeviceSignalStore store;
  private final DatabasePoller poller = new DatabasePoller("device-signals", 1);
  private final Map<String, Map<String, DeviceSignal>> waiting = new LinkedHashMap<>();
  private boolean failing;

  SignalBatcher(DeviceSignalStore store) {
    this.store = store;
  }

  void start() {
    poller.every("Writing device signals", INTERVAL, INTERVAL, this::flush);
  }

  void stop() {
    poller.stopNow();
  }

  @Override
  public synchronized void changed(String workerType, DeviceSignal signal) {
    waiting.computeIfAbsent(workerType, _ -> new LinkedHashMap<>()).put(signal.device(), signal);
  }

  @Override
  public void listed(String workerType, SignalReport report, Instant asOf) {
    store.writeListed(workerType, report, asOf);
  }

  /** Writes what was reported since the last time. */
  void flush() {
    take()
        .forEach((source, signals) -> {
          try {
            store.writeChanged(source, signals);
            failing = false;
          } catch (RuntimeException e) {
            giveBack(source, signals);
            if (!failing) {
              LOG.warn("Could not store device signals of {}; retrying", source, e);
            }
            failing = true;
          }
        });
  }

  private synchronized Map<String, Collection<DeviceSignal>> take() {
    Map<String, Collection<DeviceSignal>> taken = new LinkedHashMap<>();
    waiting.forEach((source, signals) -> taken.put(source, List.copyOf(signals.values())));
    waiting.clear();
    return taken;
  }

  /** What was reported meanwhile is newer. */
  private synchronized void giveBack(String source, Collection<DeviceSignal> signals) {
    Map<String, DeviceSignal> newer = waiting.computeIfAbsent(source, _ -> new LinkedHashMap<>());
    new ArrayList<>(signals).forEach(signal -> newer.putIfAbsent(signal.device(), signal));
  }
}

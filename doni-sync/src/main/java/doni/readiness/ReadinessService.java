package doni.readiness;

import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.readiness.DeviceReadiness.WorkerMilestone;
import doni.readiness.DeviceReadiness.WorkerStanding;
import doni.readiness.MilestoneReader.TaskProgress;
import doni.task.LanePauseReader;
import doni.task.WorkerReport;
import doni.worker.LanePause;
import doni.worker.Worker;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Service;

/** Answers how far a device is on its way to Ready, by the policy rule that lets it be read. */
@Service
public class ReadinessService {

  private final HardwareService hardware;
  private final HardwareTypes types;
  private final MilestoneReader milestones;
  private final LanePauseReader pauses;

  ReadinessService(
      HardwareService hardware,
      HardwareTypes types,
      MilestoneReader milestones,
      LanePauseReader pauses) {
    this.hardware = hardware;
    this.types = types;
    this.milestones = milestones;
    this.pauses = pauses;
  }

  /** Returns the way to Ready of live hardware. */
  public DeviceReadiness of(Caller caller, String ref) {
    return of(hardware.get(caller, ref));
  }

  /** Returns the way to Ready of live hardware, which its reader may see. */
  public DeviceReadiness of(HardwareView device) {
    return of(List.of(device)).getFirst();
  }

  /**
   * Returns the ways to Ready of live hardware, in its order, with one statement for all.
   *
   * @param shown as {@link HardwareService} shows it to a caller
   */
  public List<DeviceReadiness> of(List<HardwareView> shown) {
    Map<UUID, Map<String, TaskProgress>> progress =
        milestones.of(shown.stream().map(HardwareView::id).toList());
    return shown.stream()
        .map(device -> of(device, progress.getOrDefault(device.id().value(), Map.of())))
        .toList();
  }

  private DeviceReadiness of(HardwareView device, Map<String, TaskProgress> progress) {
    List<WorkerMilestone> all =
        device.workers().stream()
            .flatMap(report ->
                milestones(report, progress.getOrDefault(report.workerType(), TaskProgress.NONE)))
            .map(milestone -> responds(device) ? milestone.afterBoot() : milestone)
            .toList();
    return DeviceReadiness.of(device.id(), device.name(), device.createdAt(), all);
  }

  /** Whether any backend has ever seen the device. */
  private static boolean responds(HardwareView device) {
    return device.availability() != null && device.availability().lastSeen() != null;
  }

  private Stream<WorkerMilestone> milestones(WorkerReport report, TaskProgress progress) {
    Worker worker = types.worker(report.workerType());
    LanePause pause = pauses.current().get(report.workerType());
    WorkerStanding standing =
        new WorkerStanding(report, progress.blockedBy(), pause == null ? null : pause.reason());
    return worker == null
        ? Stream.empty()
        : worker.milestones(report.stateDetails()).stream()
            .map(milestone ->
                new WorkerMilestone(
                    standing, milestone, progress.reachedAt().get(milestone.step().wireName())));
  }
}

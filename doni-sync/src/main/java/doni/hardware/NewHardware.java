package doni.hardware;

import doni.enrollment.HardwareId;
import java.util.Map;

/**
 * Checked hardware that is about to be enrolled.
 *
 * @param properties completed, see {@link EnrollmentRules#complete}
 */
public record NewHardware(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties) {}

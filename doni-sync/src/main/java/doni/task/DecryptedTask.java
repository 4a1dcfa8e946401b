package doni.task;

import doni.enrollment.Hardware;
import java.util.Map;

/**
 * What a worker is given for an attempt.
 *
 * @param details what its earlier attempts recorded
 * @param dependencies what the workers that it depends on recorded, by their type, without secrets
 */
public record DecryptedTask(
    Hardware hardware,
    Map<String, Object> details,
    Map<String, Map<String, Object>> dependencies) {}

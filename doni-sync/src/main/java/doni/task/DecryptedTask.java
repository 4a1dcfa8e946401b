package doni.task;

import doni.enrollment.Hardware;
import java.util.Map;

/**
 * What a worker works on.
 *
 * @param details what it reported so far
 * @param followed what the workers that it follows reported, by their type, without secrets
 */
public record DecryptedTask(
    Hardware device, Map<String, Object> details, Map<String, Map<String, Object>> followed) {}

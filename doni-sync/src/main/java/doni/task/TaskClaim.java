package doni.task;

import doni.enrollment.HardwareId;

/**
 * The right to work on a task: its queue row as it was picked. Every write that ends an attempt
 * requires the row to be unchanged; a replica that lost its claim because it stalled writes
 * nothing.
 *
 * @param holder the replica that picked the row
 * @param version the row's version since then
 */
public record TaskClaim(HardwareId hardware, String workerType, String holder, long version) {}

package doni.hardware;

import java.util.function.Supplier;

/**
 * Hardware as a caller may see it, with a version that needs no view.
 *
 * @param version its generation, and a text that changes with whatever the view shows of the
 *     hardware and its workers
 * @param view decrypts and masks the hardware, only when it is asked for
 */
public record VersionedHardware(String version, Supplier<HardwareView> view) {}

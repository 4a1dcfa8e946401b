package doni.worker;

import java.util.List;

/** The hardware types that are enabled, as they stand now. */
@FunctionalInterface
public interface HardwareTypeSource {

  /**
   * A snapshot, the same object until something changes. What may change while the service runs is
   * the fields; the types and their workers do not. Answers from memory.
   */
  List<HardwareType> types();
}

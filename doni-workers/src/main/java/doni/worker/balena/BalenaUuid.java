package doni.worker.balena;

import doni.enrollment.HardwareId;

/** The uuid of a device in Balena: that of its enrollment, without the hyphens. */
final class BalenaUuid {

  private BalenaUuid() {}

  /** With hyphens or upper case, Balena refuses a registration and finds nothing. */
  static String of(HardwareId id) {
    return id.toString().replace("-", "");
  }
}

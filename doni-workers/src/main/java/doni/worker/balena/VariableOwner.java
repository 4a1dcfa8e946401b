package doni.worker.balena;

/**
 * What an environment variable hangs on.
 *
 * @param id the number of a device, or of a service install
 */
record VariableOwner(Kind kind, long id) {

  enum Kind {
    /** All services on the device see the variable. */
    DEVICE,
    /** One service on the device sees it. */
    SERVICE_INSTALL
  }
}

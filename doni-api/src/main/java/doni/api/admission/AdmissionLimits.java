package doni.api.admission;

/**
 * The limits that are in force.
 *
 * @param connections connections that may be open at the same time
 * @param requests requests that may be served at the same time
 * @param imports imports that may run at the same time
 */
record AdmissionLimits(int connections, int requests, int imports) {

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /** Buffers of a connection whose request is incomplete: input, output and socket, measured. */
  private static final int CONNECTION_BYTES = 64 * KIB;

  /** A response of a thousand devices with the objects that it is made of. */
  private static final int REQUEST_BYTES = 8 * MIB;

  /** The largest body, its text and the rows of a transaction. */
  private static final int IMPORT_BYTES = 128 * MIB;

  /**
   * Derives what is not configured from the heap: connections may take a quarter of it.
   *
   * @param maxHeap in bytes
   */
  static AdmissionLimits of(AdmissionProperties configured, long maxHeap) {
    return new AdmissionLimits(
        configuredOr(configured.connections(), maxHeap / 4 / CONNECTION_BYTES, 128, 8192),
        configuredOr(configured.requests(), maxHeap / REQUEST_BYTES, 16, 256),
        configuredOr(configured.imports(), maxHeap / IMPORT_BYTES, 1, 16));
  }

  private static int configuredOr(int configured, long derived, int least, int most) {
    return configured > 0 ? configured : Math.clamp(derived, least, most);
  }
}

package doni.api.admission;

import doni.api.web.StreamPlaces;

/**
 * The limits that are in force.
 *
 * @param connections connections that may be open at the same time
 * @param requests requests that may be served at the same time
 * @param imports imports that may run at the same time
 * @param requestsPerProject those of one project among the requests
 * @param importsPerProject those of one project among the imports
 */
record AdmissionLimits(
    int connections, int requests, int imports, int requestsPerProject, int importsPerProject) {

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /** Buffers of a connection whose request is incomplete: input, output and socket, measured. */
  private static final int CONNECTION_BYTES = 64 * KIB;

  /** A response of a thousand devices with the objects that it is made of. */
  private static final int REQUEST_BYTES = 8 * MIB;

  /** The largest body, its text and the rows of a transaction. */
  private static final int IMPORT_BYTES = 128 * MIB;

  /**
   * Derives what is not configured from the heap: connections may take a quarter of it. One project
   * may have half of the requests and imports.
   *
   * @param maxHeap in bytes
   */
  static AdmissionLimits of(AdmissionProperties configured, long maxHeap) {
    int requests = configuredOr(configured.requests(), maxHeap / REQUEST_BYTES, 16, 256);
    int imports = configuredOr(configured.imports(), maxHeap / IMPORT_BYTES, 1, 16);
    return new AdmissionLimits(
        configuredOr(configured.connections(), maxHeap / 4 / CONNECTION_BYTES, 128, 8192),
        requests,
        imports,
        configuredOr(configured.requestsPerProject(), requests / 2, 1, requests),
        configuredOr(configured.importsPerProject(), imports / 2, 1, imports));
  }

  /** Places for streams of events: at most 64, 16 of them for one project. */
  StreamPlaces eventStreams() {
    return places(Math.min(64, connections / 16), 4);
  }

  /** Places for open pages of the console: at most 512, 256 of them for one project. */
  StreamPlaces pageStreams() {
    return places(Math.min(512, connections / 2), 2);
  }

  private static StreamPlaces places(int most, int projects) {
    return new StreamPlaces(Math.max(1, most), Math.max(1, most / projects));
  }

  private static int configuredOr(int configured, long derived, int least, int most) {
    return configured > 0 ? configured : Math.clamp(derived, least, most);
  }
}

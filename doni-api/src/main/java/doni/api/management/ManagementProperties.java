package doni.api.management;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the management port, under {@code doni.management}.
 *
 * @param port that of the API: one port serves both
 * @param address address that the management port listens on; that of the API if not set
 */
@ConfigurationProperties(prefix = "doni.management", ignoreUnknownFields = false)
record ManagementProperties(@Nullable Integer port, @Nullable InetAddress address) {

  private static final int DEFAULT_PORT = 8002;
  private static final int MAX_PORT = 65_535;

  ManagementProperties {
    if (port != null && (port < 0 || port > MAX_PORT)) {
      throw new IllegalArgumentException(
          "doni.management.port is '%d'; allowed: 1 to %d".formatted(port, MAX_PORT));
    }
  }

  /**
   * Returns the port in force. Where the API takes any free port, one port serves both, unless
   * another one is configured: its clients could not know it.
   */
  int portBeside(int apiPort) {
    if (port != null) {
      return port;
    }
    return apiPort == 0 ? apiPort : DEFAULT_PORT;
  }
}

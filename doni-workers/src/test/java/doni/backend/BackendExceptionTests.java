package doni.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendExceptionTests {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tunelo answered 404 (GET /channels/U, req-1)                          | tunelo answered 404
          tunelo answered 404: not found (GET /channels/U, req-1)               | tunelo answered 404: not found
          balena answered 400: no (PATCH /v7/device(uuid='0b8d')) (next step)   | balena answered 400: no (next step)
          kubernetes answered 500: etcd is down (GET nodes/pi-1)                | kubernetes answered 500: etcd is down
          blazar answered 409: host (compute-1) is reserved                     | blazar answered 409: host (compute-1) is reserved
          """)
  void tellsTheCauseFromTheCall(String message, String cause) {
    assertThat(BackendException.withoutCall(message)).isEqualTo(cause);
  }

  /** Proxies and health checks answer without a body. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          not found                     | tunelo answered 404: not found
          not found (GET /channels/U)   | tunelo answered 404: not found (GET /channels/U)
          (GET /channels/U, req-1)      | tunelo answered 404 (GET /channels/U, req-1)
          (maintenance)                 | tunelo answered 404: (maintenance)
          ''                            | tunelo answered 404
          """)
  void saysWhatTheBackendAnswered(String text, String message) {
    assertThat(BackendException.answered("tunelo", 404, text, false, null)).hasMessage(message);
  }
}

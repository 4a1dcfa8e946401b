package doni.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import doni.api.Http;
import doni.api.RestTest;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.mockito.Answers;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@RestTest
class ServiceIT {

  private final DataSource database;
  private final Http http;

  ServiceIT(@Autowired DataSource database, @LocalServerPort int port) {
    this.database = database;
    this.http = new Http(port);
  }

  @Test
  void showsItsVersion() {
    assertThat(http.get("/", "X-Auth-Token", "invalid").body())
        .isEqualTo(
            "{\"name\":\"OpenStack Doni API\",\"description\":\"Doni is an OpenStack project for"
                + " managing hardware enrollment and availability.\",\"versions\":[\"1.0\"],"
                + "\"default_version\":\"1.0\"}");
  }

  @Test
  void isHealthyAsLongAsTheDatabaseAnswers() throws SQLException {
    Connection connection = mock(Connection.class, Answers.RETURNS_DEEP_STUBS);
    when(connection.createStatement().execute(anyString())).thenReturn(true);
    doThrow(new SQLException("refused")).when(database).getConnection();
    await()
        .untilAsserted(() -> {
          Http.Answer answer = http.get("/healthcheck", "X-Auth-Token", "invalid");
          assertThat(answer.status()).isEqualTo(503);
          assertThat(answer.error()).contains("database");
        });

    doReturn(connection).when(database).getConnection();
    await()
        .untilAsserted(() -> {
          Http.Answer answer = http.get("/healthcheck", "Accept", "application/json");
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo("OK");
        });
  }
}

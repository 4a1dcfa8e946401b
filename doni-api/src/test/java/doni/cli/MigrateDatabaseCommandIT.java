package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class MigrateDatabaseCommandIT {

  private EmbeddedPostgres postgres;

  @BeforeEach
  void startADatabase() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterEach
  void stopTheDatabase() throws IOException {
    postgres.close();
  }

  @Test
  void saysWhatIsPendingMigratesAndSaysThatNothingIs(CapturedOutput output) {
    assertThat(run("--check")).isEqualTo(MigrateDatabaseCommand.PENDING);
    assertThat(output.getOut()).contains("pending  1 baseline", "schema version none");

    assertThat(run("--output", "json")).isZero();
    assertThat(output.getOut())
        .contains("\"migrated\":[{", "\"version\":\"1\"", "\"description\":\"baseline\"");

    assertThat(run("--check", "--output", "json")).isZero();
    assertThat(output.getOut()).contains("\"pending\":[]");
    assertThat(output.getErr()).isEmpty();
  }

  @Test
  void saysInOneLineThatTheDatabaseCannotBeReached(CapturedOutput output) {
    int code =
        DoniCommand.run(
            MigrateDatabaseCommandIT.class,
            "migrate-db",
            "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/doni",
            "--spring.datasource.password=hunter2");

    assertThat(code).isEqualTo(1);
    assertThat(output.getErr())
        .startsWith("doni migrate-db: spring.datasource.url: 'jdbc:postgresql://127.0.0.1:1/doni' ")
        .hasLineCount(1);
    assertThat(output.getAll()).doesNotContain("hunter2", "\tat ");
  }

  private int run(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "migrate-db";
    all[1] = "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres");
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return DoniCommand.run(MigrateDatabaseCommandIT.class, all);
  }
}

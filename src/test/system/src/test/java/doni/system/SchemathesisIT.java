package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests that schemathesis makes from the service's own OpenAPI document: no server error, and no
 * answer that the document does not have. The peers stage installs it.
 */
@ExtendWith(SharedSite.class)
@EnabledIfEnvironmentVariable(named = "DONI_TEST_SCHEMATHESIS", matches = ".+")
class SchemathesisIT {

  private static final Path DOCUMENT = Path.of("..", "..", "..", "openapi", "doni.yaml");
  private static final String SEED = "12";
  private static final long MINUTES = 5;

  private static final String CHECKS =
      String.join(
          ",",
          "not_a_server_error",
          "status_code_conformance",
          "content_type_conformance",
          "response_headers_conformance",
          "response_schema_conformance");

  private final TestSite site;

  SchemathesisIT(TestSite site) {
    this.site = site;
  }

  @ParameterizedTest
  @CsvSource({"documented-by-admin, admin", "documented-by-member, member"})
  void answersAsDocumented(String user, String role, @TempDir Path directory) throws Exception {
    site.keystone().addUser(user, user + "-proj", role);
    String token = site.keystone().token(user);
    site.at(site.service(), token).enroll(user);

    String complaint = run(directory, user, token);

    assertThat(complaint).as("schemathesis with the role %s", role).isEmpty();
  }

  /**
   * Returns what schemathesis complains of; nothing if it is content.
   *
   * @param device that exists until it is deleted; a random reference is always answered 404
   */
  private String run(Path directory, String device, String token)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Files.writeString(
        directory.resolve("schemathesis.toml"),
        """
        [parameters]
        "path.ref" = ["%s", "missing"]
        """
            .formatted(device));
    Process process =
        new ProcessBuilder(
                List.of(
                    System.getenv("DONI_TEST_SCHEMATHESIS"),
                    "run",
                    DOCUMENT.toAbsolutePath().normalize().toString(),
                    "--url=" + site.service().uri(),
                    "--header=X-Auth-Token: " + token,
                    "--checks=" + CHECKS,
                    "--phases=examples,coverage,fuzzing",
                    "--max-examples=10",
                    "--seed=" + SEED,
                    "--no-shrink",
                    "--continue-on-failure",
                    "--generation-database=none",
                    "--warnings=off"))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
    } finally {
      process.destroy();
    }
    return process.exitValue() == 0 ? "" : Files.readString(output);
  }
}

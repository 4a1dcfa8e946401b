package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.PlainClient.Reply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A policy that distinguishes types of hardware, as sites have that migrate theirs. */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceTypePolicyIT {

  private static final String POLICY =
      """
      "hardware:create": "@"
      "hardware:delete": "role:admin or (project_id:%(project_id)s and not 'baremetal':%(hardware_type)s)"
      "hardware:update": "role:admin or (project_id:%(project_id)s and 'device.balena':%(hardware_type)s)"
      """;

  private final TestSite site;
  private final Owner owner;
  private final Owner admin;
  private final Owner other;

  DeviceTypePolicyIT(SitePostgres postgres, @TempDir Path directory) throws Exception {
    Path policy = Files.writeString(directory.resolve("policy.yaml"), POLICY);
    site = new TestSite("device-type-policy", postgres);
    site.startWithAllWorkers(
        "doni", Map.of("DONI_POLICY_FILE", policy.toString(), "DONI_SYNC_ENABLED", "false"));
    owner = site.owner("typed");
    other = site.owner("untyped");
    admin = site.at(site.service(), site.keystone().token("admin"));
  }

  @AfterAll
  void close() {
    site.close();
  }

  @ParameterizedTest
  @CsvSource({
    "owner, baremetal, DELETE, 403",
    "owner, baremetal, PATCH, 403",
    "owner, device, DELETE, 200",
    "owner, device, PATCH, 200",
    "other, device, DELETE, 403",
    "other, baremetal, PATCH, 403",
    "admin, baremetal, DELETE, 200",
    "admin, baremetal, PATCH, 200",
  })
  void decidesByTheTypeOfTheDevice(String who, String type, String method, int status)
      throws Exception {
    String name = "%s-%s-%s".formatted(who, type, method.toLowerCase(Locale.ROOT));
    Enrolled device =
        WholeSite.enroll(
            owner,
            type.equals("baremetal")
                ? WholeSite.host(name, "s3cret")
                : WholeSite.device(name, "s3cret", ""));
    Owner caller = who.equals("owner") ? owner : who.equals("admin") ? admin : other;

    Reply reply =
        method.equals("DELETE")
            ? caller.http().delete(device.path())
            : caller
                .http()
                .patch(
                    device.path(),
                    "application/json-patch+json",
                    "[{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"%s-2\"}]"
                        .formatted(name));

    assertThat(reply.status()).as(reply.text("/error")).isEqualTo(status);
  }
}

package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many devices in one request, over HTTP. */
@ExtendWith(SharedSite.class)
class ImportIT {

  private static final String PATH = "/v1/hardware:import";
  private static final String JSON_LINES = "application/x-ndjson";
  private static final String OTHERS_PROJECT = ", \"project_id\": \"0123456789abcdef\"}";

  private final TestSite site;
  private final Owner owner;

  ImportIT(TestSite site) {
    this.site = site;
    this.owner = site.owner("importer");
  }

  private Reply take(String query, String... rows) throws IOException, InterruptedException {
    return owner.http().send("POST", PATH + query, JSON_LINES, String.join("\n", rows));
  }

  private static String row(String name) {
    return Owner.enrollment(name).strip().replaceAll("\\s*\\n\\s*", " ");
  }

  private List<String> outcomes(Reply reply) {
    assertThat(reply.status()).as(() -> reply.body().toString()).isEqualTo(200);
    return reply
        .body()
        .path("rows")
        .valueStream()
        .map(row -> row.path("outcome").asString(""))
        .toList();
  }

  private boolean isEnrolled(String name) throws IOException, InterruptedException {
    return owner.http().get(Owner.HARDWARE + name).status() == 200;
  }

  @Test
  void enrollsEveryRowOnceHoweverOftenItIsSent() throws Exception {
    String[] rows = {row("import-a"), row("import-b"), row("import-c")};

    assertThat(outcomes(take("?dry_run=true", rows))).containsOnly("created").hasSize(3);
    assertThat(isEnrolled("import-a")).isFalse();
    assertThat(outcomes(take("", rows))).containsOnly("created").hasSize(3);
    assertThat(outcomes(take("", rows))).containsOnly("exists").hasSize(3);
    assertThat(isEnrolled("import-c")).isTrue();
  }

  @Test
  void takesTheGoodRowsAroundABadOneOrNoneAtAll() throws Exception {
    String bad = row("half-b").replace(Owner.RASPBERRY, "steam-engine");

    assertThat(outcomes(take("?mode=all", row("half-a"), bad, row("half-c")))).contains("invalid");
    assertThat(isEnrolled("half-a")).isFalse();

    assertThat(outcomes(take("", row("half-a"), bad, row("half-c"))))
        .containsExactly("created", "invalid", "created");
    assertThat(isEnrolled("half-b")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "array, application/json",
    "array, application/x-ndjson",
    "pretty, application/json",
    "semicolons, text/csv",
    "tabs, text/csv"
  })
  void readsWhatPeopleHave(String shape, String type) throws Exception {
    String name = "shape-" + shape + "-" + type.length();
    String body =
        switch (shape) {
          case "array" -> "[" + Owner.enrollment(name) + "]";
          case "pretty" -> Owner.enrollment(name);
          case "semicolons" ->
              "sep=;\r\nName;Hardware Type;properties.machine_name;properties.Contact Email;;\r\n%s;device.balena;%s;a@example.org;;\r\n;;;;;\r\n"
                  .formatted(name, Owner.RASPBERRY);
          default ->
              "name\thardware_type\tproperties.machine_name\tproperties.contact_email\n%s\tdevice.balena\t%s\ta@example.org\n"
                  .formatted(name, Owner.RASPBERRY);
        };

    assertThat(outcomes(owner.http().send("POST", PATH, type, body))).containsExactly("created");
    assertThat(isEnrolled(name)).isTrue();
  }

  @Test
  void describesAWrongValueWithoutAllAllowedOnes() throws Exception {
    Reply reply = take("?dry_run=true", row("brief").replace(Owner.RASPBERRY, "steam-engine"));

    assertThat(reply.body().at("/rows/0/violations").toString())
        .matches(
            ".*/properties/machine_name: must be one of the \\d+ values that GET /v1/hardware-types lists.*")
        .doesNotContain(Owner.JETSON);
  }

  @Test
  void changesNothingThatIsThere() throws Exception {
    Enrolled device = owner.enroll("untouched");

    Reply reply = take("", row("untouched").replace(Owner.RASPBERRY, Owner.JETSON));

    assertThat(outcomes(reply)).containsExactly("differs");
    assertThat(owner.http().get(device.path()).text("/properties/machine_name"))
        .isEqualTo(Owner.RASPBERRY);
  }

  @Test
  void enrollsForAnotherProjectOnlyByThePolicy() throws Exception {
    String row = row("smuggled");

    Reply reply = take("", row.substring(0, row.length() - 1) + OTHERS_PROJECT);

    assertThat(reply.body().toString()).contains("hardware:import");
    assertThat(isEnrolled("smuggled")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?dryrun=true | application/x-ndjson | 400 | dryrun: unknown parameter; allowed: mode, dry_run",
        "?mode=some | application/x-ndjson | 400 | mode: must be one of row, all, not some",
        "?dry_run=perhaps | application/x-ndjson | 400 | dry_run: must be True or False",
        "'' | application/xml | 415 | application/x-ndjson",
      })
  void refusesWhatItCannotMean(String query, String type, int status, String words)
      throws Exception {
    Reply reply = owner.http().send("POST", PATH + query, type, row("refused"));

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.text("/error")).contains(words);
    assertThat(isEnrolled("refused")).isFalse();
  }

  @Test
  void refusesARowThatSaysTwoThings() throws Exception {
    String twice = row("first").replaceFirst("\\{", "{\"name\": \"second\", ");

    Reply reply = take("", twice);

    assertThat(reply.body().toString()).contains("name");
    assertThat(isEnrolled("first") || isEnrolled("second")).isFalse();
  }

  @Test
  void refusesMoreRowsThanARequestMayHold() throws Exception {
    String rows =
        IntStream.range(0, 10_001)
            .mapToObj(n -> "{\"name\": \"n" + n + "\"}")
            .collect(Collectors.joining("\n"));

    Reply reply = take("", rows);

    assertThat(reply.status()).isIn(400, 413);
    assertThat(reply.text("/error")).contains("10000");
    assertThat(isEnrolled("n0")).isFalse();
  }

  @Test
  void asksWhoItIs() throws Exception {
    try (var anonymous = new PlainClient(site.service().uri(), Map.of())) {
      assertThat(anonymous.send("POST", PATH, JSON_LINES, row("anonymous")).status())
          .isEqualTo(401);
    }
  }
}

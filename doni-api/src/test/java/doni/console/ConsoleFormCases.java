package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pages that write; run in the service of {@link ConsoleIT}. */
abstract class ConsoleFormCases {

  private static final String CANARY = "canary-of-a-form-77e1";
  private static final String ENROLL = "/console/enroll";
  private static final Pattern KEY = Pattern.compile("name=\"key\" value=\"([^\"]+)\"");
  private static final Pattern CONTROL =
      Pattern.compile("<(?:input|select|textarea)[^>]* name=\"(/[^\"]+)\"[^>]*>");

  private static final Pattern FIELD =
      Pattern.compile(
          "<input type=\"(?:hidden|text|email|password)\"[^>]* name=\"([^\"]+)\"[^>]*>");
  private static final Pattern VALUE = Pattern.compile(" value=\"([^\"]*)\"");
  private static final Pattern TEXTAREA =
      Pattern.compile("<textarea[^>]* name=\"([^\"]+)\"[^>]*>([^<]*)<");
  private static final Pattern SELECT =
      Pattern.compile("(?s)<select[^>]* name=\"([^\"]+)\"[^>]*>(.*?)</select>");
  private static final Pattern SELECTED = Pattern.compile("<option value=\"([^\"]*)\" selected");

  private final Function<String, ConsoleBrowser> logIn;
  private final UnaryOperator<String> enroll;
  private final JdbcClient database;
  private int names;

  /**
   * @param logIn logs a user in
   * @param enroll enrolls a device of project {@code p} by its name, and returns its UUID
   */
  ConsoleFormCases(
      Function<String, ConsoleBrowser> logIn, UnaryOperator<String> enroll, JdbcClient database) {
    this.logIn = logIn;
    this.enroll = enroll;
    this.database = database;
  }

  @Test
  void formHasAnInputForEachPropertyOfTheType() {
    ConsoleBrowser admin = logIn.apply("admin");

    String choice = admin.get(ENROLL).body();
    String device = admin.get(ENROLL + "?type=device.balena").body();
    String host = admin.get(ENROLL + "?type=baremetal").body();

    assertThat(choice).contains("value=\"device.balena\"", "value=\"baremetal\"");
    assertThat(controls(choice)).isEmpty();
    assertThat(controls(device))
        .contains(
            "/name",
            "/properties/machine_name",
            "/properties/contact_email",
            "/properties/application_credential_secret",
            "/properties/channels/user/public_key",
            "/properties/device_profiles",
            "/labels");
    assertThat(control(device, "/properties/machine_name"))
        .startsWith("<select")
        .contains("required");
    assertThat(device).contains("<option value=\"raspberrypi4-64\">");
    assertThat(control(device, "/properties/application_credential_secret"))
        .contains("type=\"password\"", "required");
    assertThat(control(device, "/properties/k8s_bootstrap_token")).doesNotContain("required");
    assertThat(control(device, "/properties/contact_email")).contains("type=\"email\"");
    assertThat(control(host, "/properties/interfaces")).startsWith("<textarea");
    assertThat(host).contains("mac_address").doesNotContain("application_credential_id");
    assertThat(admin.get(ENROLL + "?type=unknown").statusCode()).isEqualTo(400);
  }

  /** A name alone tells an owner little. */
  @Test
  void everyInputExplainsItself() {
    ConsoleBrowser admin = logIn.apply("admin");

    for (String type : List.of("device.balena", "baremetal")) {
      String page = admin.get(ENROLL + "?type=" + type).body();
      assertThat(page).doesNotContainPattern("-hint\">\\s*</p>");
      assertThat(controls(page))
          .hasSizeGreaterThan(4)
          .allSatisfy(pointer ->
              assertThat(control(page, pointer))
                  .contains(
                      "aria-describedby=\"" + id(pointer) + "-hint\"", "id=\"" + id(pointer)));
    }
  }

  @Test
  void enrolledDeviceIsShown() {
    ConsoleBrowser admin = logIn.apply("admin");
    String name = name();
    String key = key(admin.get(ENROLL + "?type=device.balena").body());

    HttpResponse<String> answer =
        admin.post(
            ENROLL,
            enrollment(
                name, key, "/labels", "rack=r11\r\n", "/properties/device_profiles", "a\r\nb"));
    HttpResponse<String> page = admin.get(location(answer));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    assertThat(page.body())
        .contains(name, "The device is enrolled.", "rack=r11", ">a; b<")
        .doesNotContain(CANARY);
  }

  @Test
  void secondClickEnrollsNothing() {
    ConsoleBrowser admin = logIn.apply("admin");
    String name = name();
    String key = key(admin.get(ENROLL + "?type=device.balena").body());

    HttpResponse<String> first = admin.post(ENROLL, enrollment(name, key));
    HttpResponse<String> second = admin.post(ENROLL, enrollment(name, key));
    HttpResponse<String> other = admin.post(ENROLL, enrollment(name(), key));
    HttpResponse<String> again =
        admin.post(ENROLL, enrollment("retried-" + name, key(other.body())));

    assertThat(location(second)).isEqualTo(location(first));
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.body()).contains("Idempotency-Key was used for another request");
    assertThat(again.statusCode()).isEqualTo(302);
  }

  @Test
  void violationStandsAtItsInputAndWhatWasTypedStays() {
    ConsoleBrowser admin = logIn.apply("admin");
    String key = key(admin.get(ENROLL + "?type=device.balena").body());

    HttpResponse<String> answer =
        admin.post(
            ENROLL,
            enrollment(
                "typed-<name>",
                key,
                "/properties/channels/user/channel_type",
                "wireguard",
                "/properties/channels/user/public_key",
                "key-as-typed",
                "/labels",
                "bad key=1"));

    assertThat(answer.statusCode()).isEqualTo(400);
    String body = answer.body();
    assertThat(key(body)).isEqualTo(key);
    assertThat(body).contains("role=\"alert\"", "bad key=1").doesNotContain(CANARY);
    assertThat(control(body, "/properties/channels/user/public_key")).contains("key-as-typed");
    assertThat(control(body, "/name")).contains("value=\"typed-&lt;name&gt;\"");
    for (String wrong : List.of("/name")) {
      assertThat(control(body, wrong))
          .contains("aria-invalid=\"true\"", id(wrong) + "-hint " + id(wrong) + "-error\"");
      assertThat(body).contains("id=\"" + id(wrong) + "-error\"", "href=\"#" + id(wrong) + "\"");
    }
    assertThat(control(body, "/properties/machine_name")).doesNotContain("aria-invalid");
    assertThat(body).contains("<option value=\"raspberrypi4-64\" selected=\"selected\">");
    assertThat(Pattern.compile("autofocus=").matcher(body).results().count()).isEqualTo(1);
  }

  @Test
  void missingPropertiesAreNamed() {
    ConsoleBrowser admin = logIn.apply("admin");
    String key = key(admin.get(ENROLL + "?type=device.balena").body());

    String body =
        admin
            .post(
                ENROLL,
                "type",
                "device.balena",
                "key",
                key,
                "/name",
                name(),
                "/properties/contact_email",
                "no-address",
                "/properties/channels/user/public_key",
                "half-a-channel")
            .body();

    for (String wrong :
        List.of(
            "/properties/machine_name",
            "/properties/contact_email",
            "/properties/application_credential_id",
            "/properties/application_credential_secret",
            "/properties/channels/user/channel_type")) {
      assertThat(control(body, wrong)).contains("aria-invalid=\"true\"");
    }
    assertThat(control(body, "/name")).doesNotContain("aria-invalid");
  }

  @Test
  void takenNameStandsAtTheName() {
    ConsoleBrowser admin = logIn.apply("admin");
    String name = name();
    String _ = enroll.apply(name);
    String key = key(admin.get(ENROLL + "?type=device.balena").body());

    HttpResponse<String> answer = admin.post(ENROLL, enrollment(name, key));

    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(control(answer.body(), "/name")).contains("aria-invalid", "autofocus");
    assertThat(answer.body()).contains("Hardware with name " + name + " already exists.");
    assertThat(key(answer.body())).isNotEqualTo(key);
  }

  @Test
  void formIsForThoseWhoMayEnroll() {
    for (String user : List.of("reader", "member")) {
      ConsoleBrowser other = logIn.apply(user);
      assertThat(other.get("/console").body()).doesNotContain("href=\"/console/enroll\"");
      assertThat(other.get(ENROLL).statusCode()).isEqualTo(403);
      assertThat(other.post(ENROLL, enrollment(name(), "0")).statusCode()).isEqualTo(403);
    }
    assertThat(logIn.apply("admin").get("/console").body()).contains("href=\"/console/enroll\"");
  }

  @Test
  void formThatDoniDidNotMakeIsRefused() {
    ConsoleBrowser admin = logIn.apply("admin");
    admin.get(ENROLL);
    long before = devices();

    assertThat(admin.post(ENROLL, enrollment(name(), "")).statusCode()).isEqualTo(400);
    assertThat(admin.post(ENROLL, "type", "unknown").statusCode()).isEqualTo(400);
    assertThat(admin.postWith("", ENROLL, enrollment(name(), "k")).statusCode()).isEqualTo(403);
    String key = key(admin.get(ENROLL + "?type=device.balena").body());
    HttpResponse<String> control =
        admin.post(ENROLL, enrollment(name(), key, "/properties/device_profiles", "a\u0000b"));

    assertThat(control.statusCode()).isEqualTo(400);
    assertThat(devices()).isEqualTo(before);
  }

  @Test
  void changedFieldsAreStored() {
    ConsoleBrowser member = logIn.apply("member");
    String id = enroll.apply(name());
    String form = member.get(edit(id)).body();

    HttpResponse<String> answer =
        member.post(
            edit(id),
            change(
                form,
                "/properties/contact_email",
                "other@example.org",
                "/properties/channels/user/channel_type",
                "wireguard",
                "/properties/channels/user/public_key",
                "no key",
                "/labels",
                "rack=r11"));
    HttpResponse<String> page = member.get(location(answer));

    assertThat(form).doesNotContain("canary").contains("A value is stored.");
    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(page.body())
        .contains("The change is stored.", "other@example.org", "rack=r11")
        .contains("is not a WireGuard key (32 bytes in base64); the channel waits for one");
    assertThat(changed(id))
        .containsExactlyInAnyOrder(
            "properties.contact_email", "properties.channels", "labels.rack");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "1e3", "\u0000", "99999999999999999999"})
  void numberThatCannotBeReadIsNoDefect(String number) {
    ConsoleBrowser member = logIn.apply("member");
    String device = "/console/devices/" + enroll.apply(name());
    member.get(device);

    assertThat(
            List.of(
                member.post(device + "/edit", "generation", number).statusCode(),
                member.post(device + "/delete", "generation", number).statusCode(),
                member
                    .post("/console/devices/batch/run", "action", "label", "count", number)
                    .statusCode()))
        .containsOnly(400);
  }

  /** A browser sends every input, also those that were not touched. */
  @Test
  void formAsItIsShownChangesNothing() {
    ConsoleBrowser admin = logIn.apply("admin");
    String id = enroll.apply(name());
    admin.post(edit(id), change(admin.get(edit(id)).body(), "/labels", "site/rack=r11\nb=2"));
    String secrets = properties(id);
    ConsoleBrowser member = logIn.apply("member");
    String form = member.get(edit(id)).body();
    long generation = generation(id);

    HttpResponse<String> answer = member.post(edit(id), change(form));

    assertThat(form).contains("Labels of the site", "site/rack=r11");
    assertThat(control(form, "/labels")).doesNotContain("site/rack");
    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(generation(id)).isEqualTo(generation);
    assertThat(properties(id)).isEqualTo(secrets);
    assertThat(changed(id)).containsExactlyInAnyOrder("labels.b", "labels.site/rack");
  }

  @Test
  void secretIsReplacedOrIssuedAgain() {
    ConsoleBrowser member = logIn.apply("member");
    String id = enroll.apply(name());
    String before = properties(id);

    HttpResponse<String> answer =
        member.post(
            edit(id),
            change(
                member.get(edit(id)).body(),
                "/properties/application_credential_secret",
                CANARY,
                "remove",
                "/properties/k8s_bootstrap_token"));

    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(changed(id))
        .containsExactlyInAnyOrder(
            "properties.application_credential_secret", "properties.k8s_bootstrap_token");
    assertThat(properties(id)).isNotEqualTo(before).doesNotContain(CANARY);
  }

  @Test
  void changeThatIsNotValidStandsAtItsInput() {
    ConsoleBrowser member = logIn.apply("member");
    String id = enroll.apply(name());
    String form = member.get(edit(id)).body();

    HttpResponse<String> email =
        member.post(edit(id), change(form, "/properties/contact_email", "no-address"));
    HttpResponse<String> site = member.post(edit(id), change(form, "/labels", "site/rack=r11"));
    HttpResponse<String> name = member.post(edit(id), change(form, "/name", ""));

    assertThat(email.statusCode()).isEqualTo(400);
    assertThat(control(email.body(), "/properties/contact_email"))
        .contains("aria-invalid", "autofocus", "value=\"no-address\"");
    assertThat(site.statusCode()).isEqualTo(403);
    assertThat(control(site.body(), "/labels")).contains("aria-invalid");
    assertThat(site.body()).contains("hardware:label_site is disallowed by policy");
    assertThat(name.statusCode()).isEqualTo(400);
    assertThat(control(name.body(), "/name")).contains("aria-invalid");
    assertThat(generation(id)).isEqualTo(1);
  }

  @Test
  void deviceThatSomeoneElseChangedIsNotChanged() {
    ConsoleBrowser member = logIn.apply("member");
    String id = enroll.apply(name());
    String form = member.get(edit(id)).body();
    member.post(edit(id), change(form, "/properties/contact_email", "first@example.org"));

    HttpResponse<String> answer =
        member.post(
            edit(id),
            change(
                form,
                "/properties/contact_email",
                "second@example.org",
                "/properties/application_credential_secret",
                CANARY));

    assertThat(answer.statusCode()).isEqualTo(412);
    assertThat(answer.body())
        .contains("was changed by someone else", "You entered: second@example.org")
        .doesNotContain(CANARY);
    assertThat(control(answer.body(), "/properties/contact_email")).contains("first@example.org");
    assertThat(member.post(edit(id), change(answer.body())).statusCode()).isEqualTo(302);
  }

  /** A change of labels does not raise the generation, so it would not be noticed otherwise. */
  @Test
  void labelsThatSomeoneElseChangedAreKept() {
    ConsoleBrowser member = logIn.apply("member");
    String id = enroll.apply(name());
    String form = member.get(edit(id)).body();
    member.post(edit(id), change(form, "/labels", "a=1"));

    HttpResponse<String> added = member.post(edit(id), change(form, "/labels", "b=2"));
    HttpResponse<String> disputed = member.post(edit(id), change(form, "/labels", "a=3"));

    assertThat(added.statusCode()).isEqualTo(302);
    assertThat(member.get("/console/devices/" + id).body()).contains("a=1", "b=2");
    assertThat(disputed.statusCode()).isEqualTo(412);
    assertThat(disputed.body()).contains("You entered: a=3");
  }

  @Test
  void previewStoresNothingAndNamesTheWorkers() {
    ConsoleBrowser member = logIn.apply("member");
    String id = enroll.apply(name());
    String form = member.get(edit(id)).body();

    HttpResponse<String> spec =
        member.post(
            edit(id),
            change(
                form,
                "action",
                "preview",
                "/properties/contact_email",
                "other@example.org",
                "/properties/application_credential_secret",
                CANARY));
    HttpResponse<String> labels =
        member.post(edit(id), change(form, "action", "preview", "/labels", "a=1"));

    assertThat(spec.statusCode()).isEqualTo(200);
    assertThat(spec.body())
        .contains("Nothing is stored yet.", "<h2>balena</h2>", "<h2>k8s</h2>", "other@example.org")
        .doesNotContain(CANARY);
    assertThat(labels.body()).contains("No worker runs", "a=1");
    assertThat(generation(id)).isEqualTo(1);
    assertThat(changed(id)).isEmpty();
  }

  @Test
  void editingIsForThoseWhoMayChangeTheDevice() {
    String id = enroll.apply(name());
    String form = logIn.apply("member").get(edit(id)).body();

    for (String user : List.of("reader", "stranger")) {
      ConsoleBrowser other = logIn.apply(user);
      other.get("/console");
      assertThat(other.get("/console/devices/" + id).body()).doesNotContain(edit(id));
      assertThat(other.get(edit(id)).statusCode()).isEqualTo(403);
      assertThat(other.post(edit(id), change(form, "/labels", "a=1")).statusCode()).isEqualTo(403);
    }
    ConsoleBrowser member = logIn.apply("member");
    assertThat(member.get("/console/devices/" + id).body()).contains(edit(id));
    assertThat(member.get(edit("no-such-device")).statusCode()).isEqualTo(404);
    assertThat(member.postWith("", edit(id), change(form)).statusCode()).isEqualTo(403);
  }

  private static String edit(String id) {
    return "/console/devices/" + id + "/edit";
  }

  /** Returns what a browser sends of a form, with some inputs changed. */
  private static String[] change(String form, String... changed) {
    Map<String, String> fields = new LinkedHashMap<>();
    FIELD
        .matcher(form)
        .results()
        .forEach(field -> {
          Matcher value = VALUE.matcher(field.group());
          fields.put(field.group(1), value.find() ? unescaped(value.group(1)) : "");
        });
    TEXTAREA
        .matcher(form)
        .results()
        .forEach(area -> fields.put(area.group(1), unescaped(area.group(2))));
    SELECT
        .matcher(form)
        .results()
        .forEach(select -> {
          Matcher option = SELECTED.matcher(select.group(2));
          fields.put(select.group(1), option.find() ? unescaped(option.group(1)) : "");
        });
    for (int i = 0; i < changed.length; i += 2) {
      fields.put(changed[i], changed[i + 1]);
    }
    fields.remove("_csrf");
    return fields.entrySet().stream()
        .flatMap(field -> Stream.of(field.getKey(), field.getValue()))
        .toArray(String[]::new);
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
  }

  private long generation(String id) {
    return database
        .sql("select generation from hardware where uuid = cast(? as uuid)")
        .param(id)
        .query(Long.class)
        .single();
  }

  private String properties(String id) {
    return database
        .sql("select properties::text from hardware where uuid = cast(? as uuid)")
        .param(id)
        .query(String.class)
        .single();
  }

  /** Returns the fields that the events of a device name as changed. */
  private List<String> changed(String id) {
    return database
        .sql(
            """
            select changed ->> 'field' from event, jsonb_array_elements(body -> 'changed') changed
            where hardware_uuid = cast(? as uuid)
            """)
        .param(id)
        .query((row, _) -> row.getString(1))
        .list();
  }

  private String name() {
    return "form-" + names++;
  }

  private long devices() {
    return database.sql("select count(*) from hardware").query(Long.class).single();
  }

  private static String[] enrollment(String name, String key, String... more) {
    List<String> fields =
        new ArrayList<>(
            List.of(
                "type",
                "device.balena",
                "key",
                key,
                "/name",
                name,
                "/properties/machine_name",
                "raspberrypi4-64",
                "/properties/contact_email",
                "owner@example.org",
                "/properties/application_credential_id",
                "ac",
                "/properties/application_credential_secret",
                CANARY));
    fields.addAll(List.of(more));
    return fields.toArray(String[]::new);
  }

  static String key(String page) {
    return Stream.of(page)
        .map(KEY::matcher)
        .filter(Matcher::find)
        .map(key -> key.group(1))
        .findFirst()
        .orElseThrow(() -> new AssertionError(page));
  }

  private static String location(HttpResponse<String> answer) {
    return answer
        .headers()
        .firstValue("Location")
        .orElseThrow(() -> new AssertionError(answer.body()));
  }

  private static List<String> controls(String page) {
    return CONTROL.matcher(page).results().map(control -> control.group(1)).toList();
  }

  private static String control(String page, String pointer) {
    return CONTROL
        .matcher(page)
        .results()
        .filter(control -> control.group(1).equals(pointer))
        .map(control -> control.group())
        .findFirst()
        .orElseThrow(() -> new AssertionError(pointer + " is not in " + page));
  }

  private static String id(String pointer) {
    return "field" + pointer.replace('/', '.');
  }
}

package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The import of a file; run in the service of {@link ConsoleIT}. */
abstract class ConsoleImportCases {

  private static final String IMPORT = "/console/import";
  private static final String CANARY = "canary-of-a-file-90ab";
  private static final String HEAD =
      "name,hardware_type,properties.machine_name,properties.contact_email,"
          + "properties.application_credential_id,properties.application_credential_secret\n";
  private static final Pattern TARGET = Pattern.compile("action=\"(/console/import[^\"]*)\"");
  private static final Pattern CHECKED = Pattern.compile("name=\"checked\" value=\"([^\"]+)\"");

  private final Function<String, ConsoleBrowser> logIn;
  private final UnaryOperator<String> enroll;
  private final JdbcClient database;
  private int names;

  /**
   * @param logIn logs a user in
   * @param enroll enrolls a device of project {@code p} by its name, and returns its UUID
   */
  ConsoleImportCases(
      Function<String, ConsoleBrowser> logIn, UnaryOperator<String> enroll, JdbcClient database) {
    this.logIn = logIn;
    this.enroll = enroll;
    this.database = database;
  }

  @Test
  void fileIsCheckedAndThenImported() {
    ConsoleBrowser admin = logIn.apply("admin");
    String first = name();
    String second = name();
    String file = HEAD + row(first) + row(second);

    HttpResponse<String> check = send(admin, file, "mode", "row");
    long afterCheck = devices(first, second);
    HttpResponse<String> result =
        send(admin, file, "mode", "row", "checked", checked(check.body()));

    assertThat(check.statusCode()).as(check.body()).isEqualTo(200);
    assertThat(check.body())
        .contains("Nothing is stored yet.", "2 new", first, "choose the same file again")
        .doesNotContain(CANARY);
    assertThat(afterCheck).isZero();
    assertThat(result.body())
        .contains("Devices that were enrolled: 2", "href=\"/console/devices/")
        .doesNotContain(CANARY);
    assertThat(devices(first, second)).isEqualTo(2);
    assertThat(send(admin, file, "mode", "row").body())
        .contains("2 exists")
        .doesNotContain("name=\"checked\"");
  }

  @Test
  void onlyTheFileThatWasCheckedIsImported() {
    ConsoleBrowser admin = logIn.apply("admin");
    String known = name();
    String other = name();
    String checked = checked(send(admin, HEAD + row(known), "mode", "row").body());

    String page = send(admin, HEAD + row(other), "mode", "row", "checked", checked).body();
    String otherMode = send(admin, HEAD + row(known), "mode", "all", "checked", checked).body();
    String forged = send(admin, HEAD + row(known), "mode", "row", "checked", "!").body();

    assertThat(page).contains("This is not the file that was checked", "1 new");
    assertThat(otherMode).contains("This is not the file that was checked");
    assertThat(forged).contains("This is not the file that was checked");
    assertThat(devices(known, other)).isZero();
  }

  @Test
  void refusedRowsSayWhyAndComeFirst() {
    ConsoleBrowser admin = logIn.apply("admin");
    String taken = name();
    String _ = enroll.apply(taken);
    String fresh = name();
    String file =
        HEAD
            + row(fresh)
            + row(taken)
            + "bad-row,device.balena,no-machine,owner@example.org,ac,x\n";

    String body = send(admin, file, "mode", "row").body();
    String all = send(admin, file, "mode", "all").body();

    assertThat(body).contains("1 new", "1 differs", "1 invalid", "must be one of the");
    assertThat(body.indexOf("bad-row")).isLessThan(body.indexOf(">" + fresh + "<"));
    assertThat(body).contains("name=\"checked\"");
    assertThat(all).doesNotContain("name=\"checked\"");
  }

  @Test
  void jsonIsRecognized() {
    ConsoleBrowser admin = logIn.apply("admin");
    String name = name();
    String line =
        """
        {"name": "%s", "hardware_type": "device.balena", "properties": {"machine_name": "raspberrypi4-64",\
         "contact_email": "o@example.org", "application_credential_id": "a", "application_credential_secret": "b"}}
        """
            .formatted(name);

    assertThat(send(admin, line, "mode", "row").body()).contains("1 new");
    assertThat(send(admin, "[" + line + "]", "mode", "row").body()).contains("1 new");
  }

  @Test
  void fileThatCannotBeReadIsRefused() {
    ConsoleBrowser admin = logIn.apply("admin");
    String target = target(admin.get(IMPORT).body());

    HttpResponse<String> unknown = send(admin, "serial,color\n1,red\n", "mode", "row");
    HttpResponse<String> large = send(admin, "x".repeat((8 << 20) + 1), "mode", "row");
    HttpResponse<String> none = admin.postParts(target, "mode", "row");
    HttpResponse<String> cut = admin.postRaw(target, "multipart/form-data; boundary=b", "--b\r\n");
    HttpResponse<String> form = admin.postRaw(target, "application/x-www-form-urlencoded", "a=b");

    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("role=\"alert\"", "unknown column").doesNotContain(CANARY);
    assertThat(large.statusCode()).isEqualTo(400);
    assertThat(large.body()).contains("must not be larger than 8 MiB");
    assertThat(none.statusCode()).isEqualTo(400);
    assertThat(none.body()).contains("file: is required");
    assertThat(cut.statusCode()).isEqualTo(400);
    assertThat(form.statusCode()).isEqualTo(400);
  }

  @Test
  void longReportsAreCut() {
    ConsoleBrowser admin = logIn.apply("admin");
    StringBuilder file = new StringBuilder("name,hardware_type\n");
    for (int i = 0; i < 501; i++) {
      file.append("cut-").append(i).append(",device.balena\n");
    }

    String body = send(admin, file.toString(), "mode", "row").body();

    assertThat(body)
        .contains("501 invalid", "Rows that are not shown: 1.")
        .doesNotContain("cut-500");
  }

  @Test
  void importIsForThoseWhoMayEnroll() {
    ConsoleBrowser admin = logIn.apply("admin");
    ConsoleBrowser member = logIn.apply("member");
    String name = name();
    String token = target(admin.get(IMPORT).body());

    assertThat(member.get(IMPORT).statusCode()).isEqualTo(403);
    member.get("/console/devices");
    assertThat(member.postParts(target(member, IMPORT), "file", HEAD + row(name)).statusCode())
        .isEqualTo(403);
    assertThat(admin.postParts(IMPORT, "file", HEAD + row(name)).statusCode()).isEqualTo(403);
    assertThat(admin.postParts(token + "x", "file", HEAD + row(name)).statusCode()).isEqualTo(403);
    assertThat(devices(name, name)).isZero();
  }

  private static HttpResponse<String> send(ConsoleBrowser browser, String file, String... fields) {
    String[] parts = new String[fields.length + 2];
    System.arraycopy(fields, 0, parts, 0, fields.length);
    parts[fields.length] = "file";
    parts[fields.length + 1] = file;
    return browser.postParts(target(browser.get(IMPORT).body()), parts);
  }

  private static String target(ConsoleBrowser browser, String path) {
    return path + "?_csrf=" + browser.formToken();
  }

  private static String target(String page) {
    Matcher target = TARGET.matcher(page);
    assertThat(target.find()).as(page).isTrue();
    return target.group(1);
  }

  private static String checked(String page) {
    Matcher checked = CHECKED.matcher(page);
    assertThat(checked.find()).as(page).isTrue();
    return checked.group(1);
  }

  private long devices(String one, String other) {
    return database
        .sql("select count(*) from hardware where name in (?, ?)")
        .param(one)
        .param(other)
        .query(Long.class)
        .single();
  }

  private static String row(String name) {
    return name + ",device.balena,raspberrypi4-64,owner@example.org,ac," + CANARY + "\n";
  }

  private String name() {
    return "import-" + names++;
  }
}

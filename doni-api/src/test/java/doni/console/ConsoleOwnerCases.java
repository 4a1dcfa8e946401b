package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What owners see of their devices; run in the service of {@link ConsoleIT}. */
abstract class ConsoleOwnerCases {

  private static final String MINE = "/console/mine";
  private static final int PAGE_SIZE = 24;

  private final Function<String, ConsoleBrowser> logIn;
  private final UnaryOperator<String> enroll;
  private final JdbcClient database;
  private int names;

  /**
   * @param logIn logs a user in
   * @param enroll enrolls a device of project {@code p} by its name, and returns its UUID
   */
  ConsoleOwnerCases(
      Function<String, ConsoleBrowser> logIn, UnaryOperator<String> enroll, JdbcClient database) {
    this.logIn = logIn;
    this.enroll = enroll;
    this.database = database;
  }

  @Test
  void cardSaysWhereADeviceStandsAndWhatToDo() {
    String name = name();
    String _ = enroll.apply(name);

    String card = card(logIn.apply("reader").get(MINE + "?name=" + name).body());

    assertThat(card)
        .contains(name, "never seen", "registered", "1 of ", "Balena does not have the device yet")
        .contains("Next: wait; Doni registers it")
        .doesNotContain("attention");
  }

  @Test
  void cardSaysWhatTheDeviceNeeds() {
    String name = name();
    String id = enroll.apply(name);
    database
        .sql(
            """
            update worker_task set served_generation = 1, outcome = 'FAILED', reason = 'no <room>',
              state_details = case worker_type when 'balena'
                then '{"needs_bake": "2026-11-28T10:00:00+00:00"}'::jsonb else state_details end
            where hardware_uuid = cast(? as uuid)
            """)
        .param(id)
        .update();
    database
        .sql(
            """
            insert into device_availability (hardware_uuid, availability, since, reason)
            values (cast(? as uuid), 'OFFLINE', timestamptz '2026-11-28 10:00Z', 'no contact with Balena')
            on conflict (hardware_uuid) do update
              set availability = excluded.availability, since = excluded.since, reason = excluded.reason
            """)
        .param(id)
        .update();
    ConsoleBrowser member = logIn.apply("member");

    String page = member.get(MINE + "?state=ERROR").body();
    String offline = member.get(MINE + "?device_availability=offline&name=" + name).body();

    assertThat(card(offline))
        .contains("attention", "offline", "must be baked again", "no &lt;room&gt;")
        .contains("since 2026-11-28 10:00:00 UTC: no contact with Balena");
    assertThat(page).contains(name).containsPattern("tile warn\"[^>]*><b>1</b><span>offline");
    assertThat(member.get(MINE + "?device_availability=online").body())
        .contains("No device matches.");
  }

  @Test
  void cardsArePaged() {
    String prefix = name();
    for (int i = 0; i <= PAGE_SIZE; i++) {
      String _ = enroll.apply(prefix + "-of-many-" + i);
    }
    ConsoleBrowser member = logIn.apply("member");

    String first = member.get(MINE + "?q=" + prefix + "-of-many").body();
    Matcher next = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(first);
    assertThat(next.find()).isTrue();
    String second = member.get(next.group(1).replace("&amp;", "&")).body();

    assertThat(next.group(1)).startsWith(MINE);
    assertThat(cards(first)).isEqualTo(PAGE_SIZE);
    assertThat(cards(second)).isEqualTo(1);
  }

  @Test
  void devicesOfOthersAreNotMine() {
    String name = name();
    String _ = enroll.apply(name);

    for (String user : new String[] {"stranger", "admin"}) {
      String page = logIn.apply(user).get(MINE + "?all_projects=True&name=" + name).body();
      assertThat(page).doesNotContain(name + "<").contains("No device matches.");
    }
  }

  private static int cards(String page) {
    return (int) Pattern.compile("<li class=\"card device").matcher(page).results().count();
  }

  private static String card(String page) {
    Matcher card = Pattern.compile("(?s)<li class=\"card device.*?</li>").matcher(page);
    assertThat(card.find()).as(page).isTrue();
    return card.group();
  }

  private String name() {
    return "mine-" + names++;
  }
}

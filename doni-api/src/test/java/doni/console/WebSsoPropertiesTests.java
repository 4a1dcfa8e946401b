package doni.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class WebSsoPropertiesTests {

  private static final String PREFIX = "doni.console";
  private static final String CHOICE = PREFIX + ".websso.choices.campus.protocol";

  @Test
  void singleSignOnIsOffByDefault() {
    assertThat(bound(Map.of()).websso().choices()).isEmpty();
  }

  @Test
  void choicesNeedTheAddressOfTheConsole() {
    assertThatThrownBy(() -> bound(Map.of(CHOICE, "openid")))
        .rootCause()
        .hasMessageContaining("doni.console.url is ''; allowed: with doni.console.websso.choices");
    assertThat(
            bound(Map.of(CHOICE, "openid", PREFIX + ".url", "https://doni.example.org/console"))
                .websso()
                .choices())
        .containsKey("campus");
  }

  /** What becomes part of an address must not lead elsewhere. */
  @ParameterizedTest
  @CsvSource({
    "websso.choices.campus.protocol, '', doni.console.websso.choices.campus.protocol is ''",
    "websso.choices.campus.protocol, ../x, doni.console.websso.choices.campus.protocol is '../x'",
    "websso.choices.campus.identity-provider, a/b, doni.console.websso.choices.campus.identity-provider is 'a/b'",
    "websso.choices[a_b].protocol, openid, doni.console.websso.choices.a_b is 'a_b'",
    "websso.keystone-url, ftp://k/v3, doni.console.websso.keystone-url is 'ftp://k/v3'",
    "websso.keystone-url, https://k/v3?x, doni.console.websso.keystone-url is 'https://k/v3?x'",
    "websso.keystone-url, https://u@k/v3, doni.console.websso.keystone-url is 'https://u@k/v3'",
  })
  void wrongValueIsNamed(String key, String value, String message) {
    Map<String, String> settings =
        key.endsWith("identity-provider")
            ? Map.of(PREFIX + "." + key, value, CHOICE, "openid")
            : Map.of(PREFIX + "." + key, value);

    assertThatThrownBy(() -> bound(settings)).rootCause().hasMessageStartingWith(message);
  }

  private static ConsoleProperties bound(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate(PREFIX, ConsoleProperties.class);
  }
}

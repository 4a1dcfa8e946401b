package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameRulesTests {

  private static final Path PUBLISHED = Path.of("..", "openapi", "doni.yaml");
  private static final Pattern WORD =
      Pattern.compile("^ {2}/v1/hardware/([^{/:]+)", Pattern.MULTILINE);

  @Test
  void reservesEveryWordThatTheApiHasInPlaceOfAName() throws IOException {
    Set<String> words =
        WORD.matcher(Files.readString(PUBLISHED))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());

    assertThat(words).isNotEmpty();
    assertThat(NameRules.PATH_WORDS).containsAll(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "Export", "SYNC", ".", ".."})
  void refusesWordOfThePath(String name) {
    assertThat(NameRules.violations(name, null))
        .containsExactly("/name: must not be '" + name + "', which is part of a path");
  }

  @Test
  void refusesTheUuidOfOtherHardware() {
    HardwareId own = HardwareId.random();
    String upper = own.toString().toUpperCase(Locale.ROOT);

    assertThat(NameRules.violations(upper, null))
        .containsExactly("/name: must not have the form of a UUID other than the hardware's own");
    assertThat(NameRules.violations(own.toString(), HardwareId.random())).hasSize(1);
    assertThat(NameRules.violations("00000000-0000-0000-0000-000000000000", own)).hasSize(1);
    assertThat(NameRules.violations(upper, own)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exports",
        "edge-01",
        "1-2-3-4-5",
        "------------------------------------",
        "0123456789abcdef0123456789abcdef",
        "f9caab2e-9bc7-4a67-b09a-d3d7d51a1d0g"
      })
  void acceptsOtherNames(String name) {
    assertThat(NameRules.violations(name, null)).isEmpty();
  }
}

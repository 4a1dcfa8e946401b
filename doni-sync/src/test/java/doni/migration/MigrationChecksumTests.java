package doni.migration;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MigrationChecksumTests {

  @Test
  void isTheSameHoweverANumberIsWritten() {
    assertThat(MigrationChecksum.of(List.of(1.0, 1e10)))
        .isEqualTo(MigrationChecksum.of(List.of(1, 10_000_000_000L)));
  }

  @Test
  void isTheSameWhateverTheOrderOfKeys() {
    assertThat(MigrationChecksum.of(new java.util.LinkedHashMap<>(Map.of("a", 1, "b", 2))))
        .isEqualTo(
            MigrationChecksum.of(new java.util.TreeMap<>(Map.of("b", 2, "a", 1)).descendingMap()));
  }

  @Test
  void seesASecretsValue() {
    assertThat(MigrationChecksum.of(new Secret("a")))
        .isNotEqualTo(MigrationChecksum.of(new Secret("b")));
    assertThat(MigrationChecksum.of(new Secret("a"))).isEqualTo(MigrationChecksum.of("a"));
  }

  @Test
  void doesNotTakeTwoTextsForOne() {
    assertThat(MigrationChecksum.of(List.of("ab", "c")))
        .isNotEqualTo(MigrationChecksum.of(List.of("a", "bc")));
    assertThat(MigrationChecksum.of(List.of("1", "2")))
        .isNotEqualTo(MigrationChecksum.of(List.of(1, 2)));
  }
}

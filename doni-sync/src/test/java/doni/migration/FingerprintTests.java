package doni.migration;

import static org.assertj.core.api.Assertions.assertThat;

import doni.device.Secret;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FingerprintTests {

  @Test
  void isTheSameHoweverANumberIsWritten() {
    assertThat(Fingerprint.of(List.of(1.0, 1e10)))
        .isEqualTo(Fingerprint.of(List.of(1, 10_000_000_000L)));
  }

  @Test
  void isTheSameWhateverTheOrderOfKeys() {
    assertThat(Fingerprint.of(new java.util.LinkedHashMap<>(Map.of("a", 1, "b", 2))))
        .isEqualTo(Fingerprint.of(new java.util.TreeMap<>(Map.of("b", 2, "a", 1)).descendingMap()));
  }

  @Test
  void seesASecretsValue() {
    assertThat(Fingerprint.of(new Secret("a"))).isNotEqualTo(Fingerprint.of(new Secret("b")));
    assertThat(Fingerprint.of(new Secret("a"))).isEqualTo(Fingerprint.of("a"));
  }

  @Test
  void doesNotTakeTwoTextsForOne() {
    assertThat(Fingerprint.of(List.of("ab", "c"))).isNotEqualTo(Fingerprint.of(List.of("a", "bc")));
    assertThat(Fingerprint.of(List.of("1", "2"))).isNotEqualTo(Fingerprint.of(List.of(1, 2)));
  }
}

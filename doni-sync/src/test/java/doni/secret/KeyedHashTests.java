package doni.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyedHashTests {

  private static final String OLD = key(1);
  private static final String NEW = key(2);

  @Test
  void matchesTheSameTextOnly() {
    KeyedHash hash = new KeyedHash(Map.of("k1", OLD), "purpose");

    assertThat(hash.matches(hash.of("text"), "text")).isTrue();
    assertThat(hash.matches(hash.of("text"), "other")).isFalse();
  }

  @Test
  void dependsOnKeyAndPurpose() {
    byte[] hash = new KeyedHash(Map.of("k1", OLD), "purpose").of("text");

    assertThat(new KeyedHash(Map.of("k1", NEW), "purpose").of("text")).isNotEqualTo(hash);
    assertThat(new KeyedHash(Map.of("k1", OLD), "other").of("text")).isNotEqualTo(hash);
  }

  @Test
  void matchesHashesOfEarlierKeysAfterARotation() {
    byte[] earlier = new KeyedHash(Map.of("k1", OLD), "purpose").of("text");
    Map<String, String> both = new LinkedHashMap<>();
    both.put("k2", NEW);
    both.put("k1", OLD);
    KeyedHash rotated = new KeyedHash(both, "purpose");

    assertThat(rotated.matches(earlier, "text")).isTrue();
    assertThat(rotated.of("text"))
        .isEqualTo(new KeyedHash(Map.of("k2", NEW), "purpose").of("text"));
  }

  private static String key(int fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) fill);
    return Base64.getEncoder().encodeToString(key);
  }
}

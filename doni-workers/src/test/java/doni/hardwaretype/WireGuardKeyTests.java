package doni.hardwaretype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.worker.HardwareType;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireGuardKeyTests {

  private static final HardwareType DEVICE = BalenaDeviceType.create(Set.of("raspberrypi5"));

  private static Map<String, Object> channels(String key) {
    return Map.of(
        "channels", Map.of("user", Map.of("channel_type", "wireguard", "public_key", key)));
  }

  private static List<String> violations(String key) {
    return DEVICE.rules().stream()
        .flatMap(rule -> rule.violations(channels(key)).stream())
        .toList();
  }

  private static List<String> warnings(String key) {
    return DEVICE.rules().stream().flatMap(rule -> rule.warnings(channels(key)).stream()).toList();
  }

  /** In little-endian hexadecimal, as in the key; with and without the highest bit. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      })
  void refusesPointOfLowOrder(String hex) throws Exception {
    byte[] key = HexFormat.of().parseHex(hex);

    assertThat(violations(Base64.getEncoder().encodeToString(key)))
        .containsExactly(
            "/properties/channels/user/public_key: must not be a point of low order, with which"
                + " WireGuard cannot work");
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(KeyPairGenerator.getInstance("X25519").generateKeyPair().getPrivate());
    PublicKey point = publicKey(key);
    assertThatThrownBy(() -> agreement.doPhase(point, true))
        .isInstanceOf(InvalidKeyException.class);
  }

  private static PublicKey publicKey(byte[] littleEndian) throws Exception {
    byte[] bigEndian = new byte[32];
    for (int i = 0; i < 32; i++) {
      bigEndian[i] = littleEndian[31 - i];
    }
    bigEndian[0] &= 0x7f;
    return KeyFactory.getInstance("X25519")
        .generatePublic(
            new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
  }

  @Test
  void acceptsGeneratedKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
    for (int round = 0; round < 20; round++) {
      XECPublicKey generated = (XECPublicKey) generator.generateKeyPair().getPublic();
      byte[] encoded = generated.getEncoded();
      String key =
          Base64.getEncoder()
              .encodeToString(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));

      assertThat(violations(key)).isEmpty();
      assertThat(warnings(key)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pk",
        "k1",
        "AAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
        "not base64!"
      })
  void acceptsTextThatIsNoKeyWithWarning(String text) {
    assertThat(violations(text)).isEmpty();
    assertThat(warnings(text))
        .containsExactly(
            "/properties/channels/user/public_key: is not a WireGuard key (32 bytes in base64); the"
                + " channel waits for one");
    assertThat(warnings("")).isEmpty();
  }
}

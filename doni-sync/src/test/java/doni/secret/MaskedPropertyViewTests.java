package doni.secret;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.testing.SampleTypes;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class MaskedPropertyViewTests {

  private final HardwareId id = HardwareId.random();
  private final AesSecretEncryptor sealer =
      new AesSecretEncryptor(
          new AesGcmCipher(Map.of("k1", Base64.getEncoder().encodeToString(new byte[32]))),
          SampleTypes.create(),
          JsonMapper.shared());

  @Test
  void showsSecretDetailsButNotWhatAWorkerKeepsForItself() {
    MaskedPropertyView view = new MaskedPropertyView(SampleTypes.create(), sealer);
    String stored =
        sealer.encryptDetails(
            id,
            SampleTypes.WORKER,
            Map.of("device_key", "s3cret", "kept_by_the_worker", "x", "fleet", "pi"));

    assertThat(view.details(id, SampleTypes.WORKER, stored))
        .isEqualTo(Map.of("device_key", "s3cret", "fleet", "pi"));
  }
}

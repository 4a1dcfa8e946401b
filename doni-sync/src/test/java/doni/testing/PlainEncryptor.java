package doni.testing;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.secret.SecretEncryptor;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Keeps secrets in clear, marked as such: for tests that look at other things. */
public final class PlainEncryptor implements SecretEncryptor {

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
  private static final String MARK = "$encrypted";

  private final JsonMapper json = JsonMapper.shared();

  @Override
  public Map<String, Object> decryptProperties(HardwareId id, String text) {
    return open(text);
  }

  @Override
  public String encryptProperties(
      HardwareId id, String hardwareType, Map<String, Object> properties) {
    return seal(properties);
  }

  @Override
  public Map<String, Object> decryptDetails(HardwareId id, String workerType, String text) {
    return open(text);
  }

  @Override
  public String encryptDetails(HardwareId id, String workerType, Map<String, Object> details) {
    return seal(details);
  }

  @Override
  public String encryptSessionValue(String session, String name, Secret value) {
    return value.value();
  }

  @Override
  public Secret decryptSessionValue(String session, String name, String stored) {
    return new Secret(stored);
  }

  private Map<String, Object> open(String text) {
    Map<String, Object> opened = new LinkedHashMap<>(json.readValue(text, OBJECT));
    opened.replaceAll((_, value) ->
        value instanceof Map<?, ?> map && map.get(MARK) instanceof String secret
            ? new Secret(secret)
            : value);
    return opened;
  }

  private String seal(Map<String, Object> values) {
    Map<String, Object> sealed = new LinkedHashMap<>(values);
    sealed.replaceAll(
        (_, value) -> value instanceof Secret(String secret) ? Map.of(MARK, secret) : value);
    return json.writeValueAsString(sealed);
  }
}

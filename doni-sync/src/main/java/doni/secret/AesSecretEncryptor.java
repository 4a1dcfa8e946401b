package doni.secret;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps secrets encrypted: in the stored JSON, {@code {"$encrypted": "..."}} stands where an
 * encrypted value stood.
 */
final class AesSecretEncryptor implements SecretEncryptor {

  private static final TypeReference<LinkedHashMap<String, Object>> OBJECT =
      new TypeReference<>() {};

  private final AesGcmCipher cipher;
  private final HardwareTypes types;
  private final JsonMapper json;

  public AesSecretEncryptor(AesGcmCipher cipher, HardwareTypes types, JsonMapper json) {
    this.cipher = cipher;
    this.types = types;
    this.json = json;
  }

  @Override
  public Map<String, Object> openProperties(HardwareId id, String stored) {
    return open(id, stored);
  }

  @Override
  public String sealProperties(HardwareId id, String hardwareType, Map<String, Object> properties) {
    return seal(
        id,
        properties,
        name -> types.field(hardwareType, name).map(WorkerField::encrypted).orElse(false));
  }

  @Override
  public Map<String, Object> openDetails(HardwareId id, String workerType, String stored) {
    return open(id, stored);
  }

  @Override
  public String sealDetails(HardwareId id, String workerType, Map<String, Object> details) {
    Worker worker = types.worker(workerType);
    return seal(id, details, name -> worker != null && worker.secretDetails().contains(name));
  }

  private Map<String, Object> open(HardwareId id, String stored) {
    Map<String, Object> values = json.readValue(stored, OBJECT);
    values.values().removeIf(java.util.Objects::isNull);
    values.replaceAll((name, value) ->
        value instanceof Map<?, ?> map && map.get(ENCRYPTED_MEMBER) instanceof String sealed
            ? new Secret(cipher.decrypt(sealed, place(id, name)))
            : value);
    return values;
  }

  private String seal(HardwareId id, Map<String, Object> values, Predicate<String> encrypted) {
    Map<String, Object> stored = new LinkedHashMap<>();
    values.forEach((name, value) -> {
      if (value instanceof Secret secret) {
        stored.put(name, Map.of(ENCRYPTED_MEMBER, cipher.encrypt(secret.value(), place(id, name))));
      } else if (encrypted.test(name) && value instanceof String text) {
        stored.put(name, Map.of(ENCRYPTED_MEMBER, cipher.encrypt(text, place(id, name))));
      } else if (value != null) {
        stored.put(name, value);
      }
    });
    return json.writeValueAsString(stored);
  }

  /** What is authenticated with a value, see {@link AesGcmCipher}. */
  static String place(HardwareId id, String name) {
    return id + "/" + name;
  }
}

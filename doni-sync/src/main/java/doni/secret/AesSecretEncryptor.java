package doni.secret;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectReader;
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
  private final ObjectReader reader;

  public AesSecretEncryptor(AesGcmCipher cipher, HardwareTypes types, JsonMapper json) {
    this.cipher = cipher;
    this.types = types;
    this.json = json;
    this.reader = json.readerFor(OBJECT);
  }

  @Override
  public Map<String, Object> decryptProperties(HardwareId id, String stored) {
    return decrypt(stored, name -> SecretPlace.property(id, name));
  }

  @Override
  public String encryptProperties(
      HardwareId id, String hardwareType, Map<String, Object> properties) {
    return encrypt(
        properties,
        name -> SecretPlace.property(id, name),
        name -> types.field(hardwareType, name).map(WorkerField::encrypted).orElse(false));
  }

  @Override
  public Map<String, Object> decryptDetails(HardwareId id, String workerType, String stored) {
    return decrypt(stored, name -> SecretPlace.detail(id, workerType, name));
  }

  @Override
  public String encryptDetails(HardwareId id, String workerType, Map<String, Object> details) {
    Worker worker = types.worker(workerType);
    return encrypt(
        details,
        name -> SecretPlace.detail(id, workerType, name),
        name -> worker != null && worker.secretDetails().contains(name));
  }

  @Override
  public String encryptSessionValue(String session, String name, Secret value) {
    return cipher.encrypt(value.value(), SecretPlace.session(session, name));
  }

  @Override
  public Secret decryptSessionValue(String session, String name, String stored) {
    return new Secret(cipher.decrypt(stored, SecretPlace.session(session, name)));
  }

  private Map<String, Object> decrypt(String stored, Function<String, SecretPlace> place) {
    // What most tasks of a list have, without the setup of a parser.
    Map<String, Object> values =
        stored.equals("{}") ? new LinkedHashMap<>() : reader.readValue(stored);
    values.values().removeIf(java.util.Objects::isNull);
    values.replaceAll((name, value) ->
        value instanceof Map<?, ?> map && map.get(ENCRYPTED_MEMBER) instanceof String encrypted
            ? new Secret(cipher.decrypt(encrypted, place.apply(name)))
            : value);
    return values;
  }

  private String encrypt(
      Map<String, Object> values,
      Function<String, SecretPlace> place,
      Predicate<String> encrypted) {
    Map<String, Object> stored = new LinkedHashMap<>();
    values.forEach((name, value) -> {
      if (value instanceof Secret secret) {
        stored.put(
            name, Map.of(ENCRYPTED_MEMBER, cipher.encrypt(secret.value(), place.apply(name))));
      } else if (encrypted.test(name) && value instanceof String text) {
        stored.put(name, Map.of(ENCRYPTED_MEMBER, cipher.encrypt(text, place.apply(name))));
      } else if (value != null) {
        stored.put(name, value);
      }
    });
    return json.writeValueAsString(stored);
  }
}

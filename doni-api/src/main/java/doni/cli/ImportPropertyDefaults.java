package doni.cli;

import doni.client.CommandFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Properties that backends do not have: per hardware type, name or UUID. The more specific entry
 * wins.
 */
final class ImportPropertyDefaults {

  private final JsonNode document;

  private ImportPropertyDefaults(JsonNode document) {
    this.document = document;
  }

  static ImportPropertyDefaults read(@Nullable Path file) {
    if (file == null) {
      return new ImportPropertyDefaults(JsonMapper.shared().createObjectNode());
    }
    try {
      JsonNode document = JsonMapper.shared().readTree(Files.readString(file));
      if (document.isObject() && document.valueStream().allMatch(JsonNode::isObject)) {
        return new ImportPropertyDefaults(document);
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          "--defaults: %s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()),
          false);
    } catch (JacksonException e) {
      // Reported below; the message of the parser may quote a secret.
    }
    throw new CommandFailedException(
        "--defaults: %s must be JSON {hardware type, name or UUID: {property: value}}"
            .formatted(file),
        false);
  }

  Map<String, Object> of(ImportCandidate candidate) {
    Map<String, Object> properties = new LinkedHashMap<>();
    add(candidate.hardwareType(), properties);
    add(candidate.name(), properties);
    Optional.ofNullable(candidate.id()).ifPresent(id -> add(id.toString(), properties));
    return properties;
  }

  private void add(String key, Map<String, Object> properties) {
    document
        .path(key)
        .properties()
        .forEach(property -> properties.put(property.getKey(), property.getValue()));
  }
}

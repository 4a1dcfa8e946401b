package doni.machinetype;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code types.schema.json}. What it allows in a place stands in its {@code description} there, so
 * that an editor and our findings say the same.
 */
final class MachineTypesSchema {

  private static final String RESOURCE = "types.schema.json";
  private static final String DESCRIPTION = "description";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final JsonNode text = load();
  private final Schema schema =
      SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              builder ->
                  builder.schemaRegistryConfig(
                      SchemaRegistryConfig.builder().pathType(PathType.JSON_POINTER).build()))
          .getSchema(text);

  private static JsonNode load() {
    try (InputStream in = MachineTypesSchema.class.getResourceAsStream(RESOURCE)) {
      return JSON.readTree(Objects.requireNonNull(in, RESOURCE).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every violation of one document, in the order of their places. */
  List<MachineTypeProblem> violations(String file, @Nullable Object document) {
    return schema.validate(JSON.<JsonNode>valueToTree(document)).stream()
        .map(error -> finding(file, error))
        .distinct()
        .sorted((a, b) -> a.path().compareTo(b.path()))
        .toList();
  }

  private MachineTypeProblem finding(String file, Error error) {
    String path = error.getInstanceLocation().toString();
    JsonNode place = text.at(place(error));
    return switch (error.getKeyword()) {
      case "dependentRequired" ->
          new MachineTypeProblem(
              file,
              path,
              "lacks some of "
                  + names(place.path("dependentRequired"))
                  + "; allowed: "
                  + description(place));
      case "required" ->
          new MachineTypeProblem(
              file, path, error.getProperty() + " is missing; allowed: " + description(place));
      case "additionalProperties" ->
          new MachineTypeProblem(
              file,
              path + "/" + error.getProperty(),
              "is not known; allowed: " + names(place.path("properties")));
      case "propertyNames" ->
          new MachineTypeProblem(
              file,
              path + "/" + error.getProperty(),
              "is not allowed as a name; allowed: " + description(place.path("propertyNames")));
      default ->
          new MachineTypeProblem(
              file, path, value(error) + "is not allowed; allowed: " + description(place));
    };
  }

  /** Where in the schema the violated keyword stands, without the keyword. */
  private static JsonPointer place(Error error) {
    String location = error.getSchemaLocation().toString();
    String pointer = location.substring(location.indexOf('#') + 1);
    int keyword = pointer.lastIndexOf('/');
    return JsonPointer.compile(keyword < 0 ? "" : pointer.substring(0, keyword));
  }

  private static String description(JsonNode place) {
    return place.path(DESCRIPTION).asString("what " + RESOURCE + " says");
  }

  private static String names(JsonNode properties) {
    return properties.propertyNames().stream().sorted().collect(Collectors.joining(", "));
  }

  private static String value(Error error) {
    JsonNode value = error.getInstanceNode();
    if (value == null || value.isContainer()) {
      return "";
    }
    String shown = value.asString();
    return "'" + (shown.length() <= 100 ? shown : shown.substring(0, 100) + "...") + "' ";
  }
}

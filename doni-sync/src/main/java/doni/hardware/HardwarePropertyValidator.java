package doni.hardware;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.EmailFormat;
import com.networknt.schema.path.PathType;
import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Validates enrollments against the fields that hardware types and enabled workers declare. */
@Component
public class HardwarePropertyValidator {

  /** How a violation is described. */
  enum Wording {
    /** With all allowed values. */
    FULL,
    /** Without them, for a report of many rows. */
    BRIEF
  }

  /** Far above the largest host; the validator keeps about 1 KiB for every wrong value. */
  private static final int MAX_VALUES = 10_000;

  private record FieldRules(Schema properties, List<Schema> name, List<HardwareType.Rule> others) {}

  /** The rules of one snapshot of the hardware types. */
  private record Compiled(List<HardwareType> of, Map<String, FieldRules> byType) {}

  private final HardwareTypes types;
  private final JsonMapper json;
  private final SchemaRegistry registry;
  private volatile Compiled compiled;

  HardwarePropertyValidator(HardwareTypes types, JsonMapper json) {
    this.types = types;
    this.json = json;
    this.registry =
        SchemaRegistry.withDefaultDialect(
            Dialect.builder(Dialects.getDraft202012()).format(new AnyDomainEmailFormat()).build(),
            builder ->
                builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder()
                        .formatAssertionsEnabled(true)
                        .pathType(PathType.JSON_POINTER)
                        .build()));
    this.compiled = compile(types.all());
  }

  /**
   * Mail addresses, also of domains that the Internet does not have, such as {@code lab.internal}:
   * the validator knows a list of top-level domains only.
   */
  private static final class AnyDomainEmailFormat extends EmailFormat {

    private static final Pattern TOP_LEVEL =
        Pattern.compile("\\.[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?\\z");

    @Override
    public boolean matches(ExecutionContext context, String value) {
      return super.matches(context, value)
          || super.matches(context, TOP_LEVEL.matcher(value).replaceFirst(".org"));
    }
  }

  /** Returns one snapshot, which a concurrent change of the hardware types does not affect. */
  private Map<String, FieldRules> rules() {
    List<HardwareType> now = types.all();
    Compiled known = compiled;
    return known.of().equals(now) ? known.byType() : recompile();
  }

  private synchronized Map<String, FieldRules> recompile() {
    List<HardwareType> now = types.all();
    if (!compiled.of().equals(now)) {
      compiled = compile(now);
    }
    return compiled.byType();
  }

  private Compiled compile(List<HardwareType> of) {
    Map<String, FieldRules> byType = new LinkedHashMap<>();
    for (HardwareType type : of) {
      byType.put(
          type.name(),
          new FieldRules(
              registry.getSchema(tree(propertiesSchema(types.fieldsOf(type)))),
              types.nameSchemasOf(type.name()).stream()
                  .map(schema -> registry.getSchema(tree(schema)))
                  .toList(),
              type.rules()));
    }
    return new Compiled(of, byType);
  }

  /**
   * Returns the JSON schema of the properties of a hardware type, with the fields of its workers.
   */
  public static Map<String, Object> propertiesSchema(List<WorkerField> fields) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    Map<String, Object> properties = new LinkedHashMap<>();
    fields.forEach(field -> properties.put(field.name(), field.schema()));
    schema.put("properties", properties);
    schema.put(
        "required", fields.stream().filter(WorkerField::required).map(WorkerField::name).toList());
    schema.put("additionalProperties", false);
    return schema;
  }

  /** Returns every violation with its path; empty for a valid enrollment. Texts hold no values. */
  public List<String> violations(String hardwareType, String name, Map<String, Object> properties) {
    return violations(hardwareType, name, properties, Wording.FULL);
  }

  /** As {@link #violations(String, String, Map)}, in the given wording. */
  List<String> violations(
      String hardwareType, String name, Map<String, Object> properties, Wording wording) {
    FieldRules fieldRules = rules().get(hardwareType);
    if (fieldRules == null) {
      String unknown = "/hardware_type: '" + hardwareType + "' is not enabled here";
      return List.of(
          wording == Wording.FULL
              ? unknown + "; allowed: " + String.join(", ", types.names())
              : unknown);
    }
    if (size(properties.values()) > MAX_VALUES) {
      return List.of("/properties: must have at most %d values".formatted(MAX_VALUES));
    }
    List<String> violations = new ArrayList<>();
    JsonNode nameNode = tree(name);
    fieldRules
        .name()
        .forEach(schema -> collect("/name", schema.validate(nameNode), wording, violations));
    Map<String, Object> plain = plain(properties);
    collect("/properties", fieldRules.properties().validate(tree(plain)), wording, violations);
    if (violations.isEmpty()) {
      fieldRules.others().forEach(rule -> violations.addAll(rule.violations(plain)));
    }
    properties.forEach((property, value) -> refuseMask(hardwareType, property, value, violations));
    return violations;
  }

  /** Returns what is accepted but will not have the expected effect, with its path. */
  List<String> warnings(String hardwareType, Map<String, Object> properties) {
    FieldRules fieldRules = rules().get(hardwareType);
    return fieldRules == null
        ? List.of()
        : fieldRules.others().stream()
            .flatMap(rule -> rule.warnings(plain(properties)).stream())
            .toList();
  }

  private static Map<String, Object> plain(Map<String, Object> properties) {
    Map<String, Object> plain = new LinkedHashMap<>(properties);
    plain.replaceAll((_, value) -> value instanceof Secret secret ? secret.value() : value);
    return plain;
  }

  /** Counts values at all levels. */
  private static long size(Collection<?> values) {
    return values.stream()
        .mapToLong(value ->
            switch (value) {
              case Map<?, ?> map -> 1 + size(map.values());
              case Collection<?> list -> 1 + size(list);
              case null, default -> 1;
            })
        .sum();
  }

  private void refuseMask(
      String hardwareType, String property, Object value, List<String> violations) {
    if (Secret.MASK.equals(value)
        && types.field(hardwareType, property).map(WorkerField::masked).orElse(false)) {
      violations.add(
          "/properties/"
              + property
              + ": must not be the mask of a secret while no secret is stored");
    }
  }

  private static void collect(
      String prefix, List<Error> errors, Wording wording, List<String> violations) {
    errors.stream()
        .map(error -> prefix + error.getInstanceLocation() + ": " + text(error, wording))
        .distinct()
        .sorted()
        .forEach(violations::add);
  }

  private static String text(Error error, Wording wording) {
    return wording == Wording.BRIEF && "enum".equals(error.getKeyword())
        ? "must be one of the %d values that GET /v1/hardware-types lists"
            .formatted(error.getSchemaNode().size())
        : error.getMessage();
  }

  private JsonNode tree(Object value) {
    return json.valueToTree(value);
  }
}

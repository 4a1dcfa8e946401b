package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.hardwaretype.HardwareTypes;
import doni.worker.HardwareType;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be enrolled at this site. */
@Schema(name = "HardwareTypes", requiredProperties = "hardware_types")
record HardwareTypesJson(@JsonProperty("hardware_types") List<TypeJson> hardwareTypes) {

  /** One hardware type. */
  @Schema(
      name = "HardwareType",
      requiredProperties = {"name", "workers", "fields"})
  @JsonPropertyOrder({"name", "workers", "fields"})
  record TypeJson(
      @Schema(example = "device.balena") String name,
      @Schema(
              description = "the enabled workers that serve it",
              example = "[\"k8s\", \"balena\", \"blazar.device\", \"tunelo\"]")
          List<String> workers,
      List<FieldJson> fields) {}

  /** One property of it. */
  @Schema(
      name = "HardwareField",
      requiredProperties = {"name", "required", "private", "sensitive", "issued", "schema"})
  @JsonPropertyOrder({"name", "required", "private", "sensitive", "issued", "default", "schema"})
  record FieldJson(
      @Schema(example = "local_egress") String name,
      boolean required,
      @JsonProperty("private") @Schema(description = "kept out of the public export")
          boolean hidden,
      @Schema(description = "shown as ************ to everybody") boolean sensitive,
      @Schema(description = "made by the service where an enrollment comes without it")
          boolean issued,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @JsonProperty("default")
          @Schema(
              description = "what stands in for it where an enrollment comes without it",
              example = "allow")
          @Nullable Object fallback,
      @Schema(
              description = "JSON schema of its value",
              example = "{\"type\": \"string\", \"enum\": [\"allow\", \"deny\"]}")
          Map<String, Object> schema) {}

  static HardwareTypesJson of(HardwareTypes types) {
    return new HardwareTypesJson(types.all().stream().map(type -> type(types, type)).toList());
  }

  private static TypeJson type(HardwareTypes types, HardwareType type) {
    String name = type.name();
    return new TypeJson(
        name,
        types.workersOf(name),
        types.fieldsOf(name).stream().map(HardwareTypesJson::field).toList());
  }

  private static FieldJson field(WorkerField field) {
    Object fallback =
        switch (field.fallback()) {
          case Fallback.Declared(Object value) -> value;
          case Fallback.Stored(Object value) -> value;
          case Fallback.None _, Fallback.Issued _ -> null;
        };
    return new FieldJson(
        field.name(),
        field.required(),
        field.hidden(),
        field.masked(),
        field.fallback() instanceof Fallback.Issued,
        fallback,
        field.schema());
  }
}

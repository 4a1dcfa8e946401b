package doni.api.hardware;

import doni.api.web.ClientTextRules;
import doni.api.web.QueryParameters;
import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The members of a device that a client wants to receive. */
final class HardwareFields {

  static final String NAME = "fields";

  private static final Map<String, Function<HardwareJson, @Nullable Object>> MEMBERS = members();

  /** Null for all. */
  private final @Nullable Set<String> wanted;

  private HardwareFields(@Nullable Set<String> wanted) {
    this.wanted = wanted;
  }

  static HardwareFields read(QueryParameters query) {
    return new HardwareFields(query.parsed(NAME, 255, HardwareFields::names));
  }

  /** Returns what is sent of a device. */
  Object of(HardwareJson device) {
    if (wanted == null) {
      return device;
    }
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    MEMBERS.forEach((name, member) -> {
      Object value = wanted.contains(name) ? member.apply(device) : null;
      if (value != null || (wanted.contains(name) && name.equals("updated_at"))) {
        members.put(name, value);
      }
    });
    return members;
  }

  private static Set<String> names(String text) {
    List<String> names = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    List<String> violations = new ArrayList<>();
    for (String name : names) {
      if (!MEMBERS.containsKey(name)) {
        violations.add(
            "%s: must be some of %s, joined by commas, not '%s'"
                .formatted(NAME, String.join(", ", MEMBERS.keySet()), ClientTextRules.quote(name)));
      }
    }
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return Set.copyOf(names);
  }

  /** In the order in which a whole device has them; null is left out. */
  private static Map<String, Function<HardwareJson, @Nullable Object>> members() {
    Map<String, Function<HardwareJson, @Nullable Object>> members = new LinkedHashMap<>();
    members.put("uuid", HardwareJson::uuid);
    members.put("name", HardwareJson::name);
    members.put("project_id", HardwareJson::projectId);
    members.put("hardware_type", HardwareJson::hardwareType);
    members.put("properties", HardwareJson::properties);
    members.put("labels", HardwareJson::labels);
    members.put("created_at", HardwareJson::createdAt);
    members.put("updated_at", HardwareJson::updatedAt);
    members.put("workers", HardwareJson::workers);
    members.put("device_availability", HardwareJson::deviceAvailability);
    members.put("quarantine", HardwareJson::quarantine);
    members.put("deleted_at", HardwareJson::deletedAt);
    return members;
  }

  /** Describes the parameter. */
  @Documented
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @Parameter(
      in = ParameterIn.QUERY,
      name = NAME,
      description =
          "for a smaller answer: the members of each device, joined by commas; members that a whole device"
              + " would leave out are left out",
      schema = @Schema(type = "string", maxLength = 255),
      example = "uuid,name,workers")
  @interface HardwareFieldsParameter {}
}

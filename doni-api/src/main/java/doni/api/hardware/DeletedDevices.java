package doni.api.hardware;

import doni.api.web.QueryParameters;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Whether a request about one device accepts the UUID of a deleted device, too. */
final class DeletedDevices {

  private static final String NAME = "deleted";

  private DeletedDevices() {}

  static boolean included(HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    boolean included = query.flag(NAME);
    query.check();
    return included;
  }

  /** Describes the parameter. */
  @Documented
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @Parameter(
      in = ParameterIn.QUERY,
      name = NAME,
      description =
          "True: also accepts the UUID of a deleted device that is still being cleaned up; without it, such a"
              + " device is answered with 404",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @interface DeletedTooParameter {}
}

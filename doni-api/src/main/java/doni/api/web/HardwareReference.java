package doni.api.web;

import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The path variable that names a device: its UUID or the name of a live one. */
public final class HardwareReference {

  private static final int MAX_LENGTH = 255;

  private HardwareReference() {}

  /**
   * Returns the reference, or throws {@link RequestRefusedException.NotFound} for text that no
   * device can have as its name: longer than 255 characters, or with control characters.
   */
  public static String checked(String ref) {
    if (ref.codePointCount(0, ref.length()) > MAX_LENGTH || !ClientTextRules.isLine(ref)) {
      throw RequestRefusedException.NotFound.hardware(ClientTextRules.quote(ref));
    }
    return ref;
  }

  /** Describes the path variable that names a device. */
  @Documented
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @Parameter(
      in = ParameterIn.PATH,
      name = "ref",
      required = true,
      description = "UUID of a device, or the name of one that is not deleted",
      schema = @Schema(type = "string"),
      example = "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f")
  public @interface HardwareReferenceParameter {}
}

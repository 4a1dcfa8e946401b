package doni.api.web;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

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
public @interface RefParameter {}

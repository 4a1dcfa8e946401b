package doni.api.resync;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes the path variable that names a resync run. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    in = ParameterIn.PATH,
    name = "uuid",
    required = true,
    description = "UUID of a run",
    schema = @Schema(type = "string", format = "uuid"),
    example = "3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f")
@interface ResyncRunParameter {}

package doni.api.hardware;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes the page and the order in the query string that {@link HardwareListParameters} reads.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    in = ParameterIn.QUERY,
    name = "limit",
    description = "page size; if set, links holds the next page",
    schema = @Schema(type = "integer", minimum = "1"),
    example = "100")
@Parameter(
    in = ParameterIn.QUERY,
    name = "marker",
    description = "UUID of the last device of the previous page",
    schema = @Schema(type = "string", format = "uuid"))
@Parameter(
    in = ParameterIn.QUERY,
    name = "sort_key",
    description = "sort key",
    schema =
        @Schema(
            type = "string",
            defaultValue = "created_at",
            allowableValues = {
              "created_at",
              "updated_at",
              "name",
              "uuid",
              "project_id",
              "hardware_type"
            }))
@Parameter(
    in = ParameterIn.QUERY,
    name = "sort_dir",
    description = "sort direction",
    schema =
        @Schema(
            type = "string",
            defaultValue = "asc",
            allowableValues = {"asc", "desc"}))
@interface HardwareListParametersDoc {}

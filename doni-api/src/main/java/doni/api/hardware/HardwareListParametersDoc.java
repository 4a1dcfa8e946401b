package doni.api.hardware;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes the query string that {@link HardwareListParameters} reads. */
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
@Parameter(
    in = ParameterIn.QUERY,
    name = "name",
    description = "only the device with this name",
    schema = @Schema(type = "string"),
    example = "edge-01")
@Parameter(
    in = ParameterIn.QUERY,
    name = "hardware_type",
    description = "only devices of this type",
    schema = @Schema(type = "string"),
    example = "device.balena")
@Parameter(
    in = ParameterIn.QUERY,
    name = "worker_type",
    description = "only devices of this worker",
    schema = @Schema(type = "string"),
    example = "balena")
@Parameter(
    in = ParameterIn.QUERY,
    name = "state",
    description = "only devices with a task in this state (of worker_type, if set)",
    schema =
        @Schema(
            type = "string",
            allowableValues = {"PENDING", "IN_PROGRESS", "STEADY", "ERROR"}))
@Parameter(
    in = ParameterIn.QUERY,
    name = "quarantined",
    description = "True: only devices in quarantine; False: only devices not in quarantine",
    schema = @Schema(type = "boolean"))
@interface HardwareListParametersDoc {}

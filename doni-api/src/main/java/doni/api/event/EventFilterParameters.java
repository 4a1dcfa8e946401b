package doni.api.event;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes the parameters that filter events. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    in = ParameterIn.QUERY,
    name = "hardware",
    description = "only events of the device with this UUID, deleted or not",
    schema = @Schema(type = "string", format = "uuid"))
@Parameter(
    in = ParameterIn.QUERY,
    name = "kind",
    description = "only events of this kind",
    schema = @Schema(type = "string"),
    example = "worker.failed")
@Parameter(
    in = ParameterIn.QUERY,
    name = "worker_type",
    description = "only events caused by this worker",
    schema = @Schema(type = "string"),
    example = "k8s")
@Parameter(
    in = ParameterIn.QUERY,
    name = "user_id",
    description = "only events caused by this user",
    schema = @Schema(type = "string"),
    example = "c3b1f0e2d4a54f0a8a3c5d8c9f6b7e10")
@Parameter(
    in = ParameterIn.QUERY,
    name = "project_id",
    description =
        "only events of the devices of this project, also those that others caused; events from before schema version"
            + " 8 are missing",
    schema = @Schema(type = "string"),
    example = "9f8e7d6c5b4a43218f0e1d2c3b4a5968")
@interface EventFilterParameters {}

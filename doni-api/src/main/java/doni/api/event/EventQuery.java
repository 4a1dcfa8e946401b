package doni.api.event;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes which events are wanted. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    in = ParameterIn.QUERY,
    name = "hardware",
    description = "only those of the device with this uuid, deleted or not",
    schema = @Schema(type = "string", format = "uuid"))
@Parameter(
    in = ParameterIn.QUERY,
    name = "kind",
    description = "only those of this kind",
    schema = @Schema(type = "string"),
    example = "worker.failed")
@Parameter(
    in = ParameterIn.QUERY,
    name = "worker_type",
    description = "only what this worker did",
    schema = @Schema(type = "string"),
    example = "k8s")
@Parameter(
    in = ParameterIn.QUERY,
    name = "user_id",
    description = "only what this user did",
    schema = @Schema(type = "string"),
    example = "c3b1f0e2d4a54f0a8a3c5d8c9f6b7e10")
@interface EventQuery {}

package doni.api.hardware;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes the filters in the query string that {@link HardwareListParameters} reads. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
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
@Parameter(
    in = ParameterIn.QUERY,
    name = "selector",
    description =
        "only devices whose labels match, with the syntax of Kubernetes: key=value, key==value, key!=value,"
            + " key in (a,b), key notin (a,b), key, !key, joined by commas",
    schema = @Schema(type = "string", minLength = 1, maxLength = 2000),
    example = "purpose=air-quality,site/rack in (r11,r12),!retired")
@Parameter(
    in = ParameterIn.QUERY,
    name = "q",
    description = "only devices whose name contains this text, in whatever letter case",
    schema = @Schema(type = "string", minLength = 1, maxLength = 255),
    example = "edge-0")
@Parameter(
    in = ParameterIn.QUERY,
    name = "properties.*",
    description =
        "instead of *, the name of a property, such as properties.machine_name: only devices whose stored"
            + " property has this value; not for properties that hold a secret",
    schema = @Schema(type = "string"),
    example = "raspberrypi4-64")
@Parameter(
    in = ParameterIn.QUERY,
    name = "created_after",
    description = "only devices that were enrolled after this time",
    schema = @Schema(type = "string", format = "date-time"),
    example = "2031-03-03T00:00:00+00:00")
@Parameter(
    in = ParameterIn.QUERY,
    name = "created_before",
    description = "only devices that were enrolled before this time",
    schema = @Schema(type = "string", format = "date-time"))
@Parameter(
    in = ParameterIn.QUERY,
    name = "updated_after",
    description = "only devices that were changed after this time",
    schema = @Schema(type = "string", format = "date-time"))
@Parameter(
    in = ParameterIn.QUERY,
    name = "updated_before",
    description = "only devices that were last changed before this time, or never",
    schema = @Schema(type = "string", format = "date-time"))
@interface HardwareFilterParametersDoc {}

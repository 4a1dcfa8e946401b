package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;

/** Describes the body that {@link EnrollmentRequestReader} reads. */
@Schema(
    name = "Enrollment",
    description = "An enrollment. Other members are refused.",
    requiredProperties = {"name", "hardware_type", "properties"})
record EnrollmentRequestDoc(
    @Schema(
            minLength = 1,
            maxLength = 255,
            description =
                "unique among live devices; at most 63 characters where the k8s worker serves the type, and neither a word of"
                    + " a path (export, sync) nor a UUID",
            example = "edge-01")
        String name,
    @JsonProperty("hardware_type") @Schema(example = "device.balena") String hardwareType,
    @Schema(
            description =
                "the properties of the hardware type and its workers (see /v1/hardware-types)",
            example =
                """
                {"machine_name": "raspberrypi4-64", "contact_email": "owner@example.org",
                 "application_credential_id": "d0c1", "application_credential_secret": "s3cret"}\
                """)
        Map<String, Object> properties,
    @Schema(
            description =
                "Optional labels with the syntax of Kubernetes, at most 64; they are public. Keys that begin with site/"
                    + " require hardware:label_site.",
            example = "{\"purpose\": \"air-quality\"}")
        Map<String, String> labels) {}

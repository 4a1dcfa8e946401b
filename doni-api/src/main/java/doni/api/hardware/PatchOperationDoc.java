package doni.api.hardware;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Describes one element of the body that {@link PatchRequestReader} reads. */
@Schema(
    name = "PatchOperation",
    description = "One step of an RFC 6902 patch.",
    requiredProperties = {"op", "path"})
record PatchOperationDoc(
    @Schema(
            allowableValues = {"add", "replace", "remove"},
            example = "replace")
        String op,
    @Schema(
            description =
                "JSON pointer at or below /name, /hardware_type, /properties, /labels or /availability."
                    + " In a key of a label, / is written ~1: /labels/site~1rack."
                    + " A window is added at /availability/- and changed at"
                    + " /availability/UUID, .../start and .../end.",
            example = "/properties/channels/user/public_key")
        String path,
    @Schema(
            types = {"string", "number", "boolean", "object", "array", "null"},
            description = "required for add and replace; ************ keeps a secret unchanged",
            example = "NDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU=")
        @Nullable Object value) {}

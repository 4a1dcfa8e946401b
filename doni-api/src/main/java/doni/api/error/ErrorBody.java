package doni.api.error;

import io.swagger.v3.oas.annotations.media.Schema;

/** The one body of every answer that is not a success. */
@Schema(name = "Error", description = "Why the request was not served.")
public record ErrorBody(
    @Schema(
            description =
                "For people to read. Names every violation where the request was invalid.",
            example = "Hardware with name edge-01 already exists.",
            requiredMode = Schema.RequiredMode.REQUIRED)
        String error) {}

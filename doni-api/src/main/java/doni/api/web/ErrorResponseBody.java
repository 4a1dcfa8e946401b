package doni.api.web;

import io.swagger.v3.oas.annotations.media.Schema;

/** The body of every error response. */
@Schema(name = "Error", description = "Why the request was not served.")
record ErrorResponseBody(
    @Schema(
            description = "Message for humans. For an invalid request, it lists every violation.",
            example = "Hardware with name edge-01 already exists.",
            requiredMode = Schema.RequiredMode.REQUIRED)
        String error) {}

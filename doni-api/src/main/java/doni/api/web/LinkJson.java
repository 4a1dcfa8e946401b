package doni.api.web;

import io.swagger.v3.oas.annotations.media.Schema;

/** A link to another page. */
@Schema(
    name = "Link",
    requiredProperties = {"rel", "href"})
public record LinkJson(
    @Schema(example = "next") String rel,
    @Schema(
            example =
                "http://localhost:8001/v1/hardware?limit=1&marker=0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f")
        String href) {}

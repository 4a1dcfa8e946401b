package doni.api.resync;

import com.fasterxml.jackson.annotation.JsonProperty;
import doni.api.web.PageLinks.PageLinkJson;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A page of resync runs, newest first. */
@Schema(
    name = "SyncRuns",
    requiredProperties = {"sync", "links"})
record ResyncRunPageJson(
    @JsonProperty("sync") List<ResyncRunJson> runs, List<PageLinkJson> links) {}

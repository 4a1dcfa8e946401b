package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** Runs, newest first. */
@Schema(
    name = "SyncRuns",
    requiredProperties = {"sync", "links"})
record SyncRunPageJson(@JsonProperty("sync") List<SyncRunJson> runs, List<LinkJson> links) {}

package doni.api.hardware;

import doni.api.web.LinkJson;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A page of a list. */
@Schema(
    name = "HardwareList",
    description = "One page of devices; links holds the next one, if there is one.",
    requiredProperties = {"hardware", "links"})
record HardwarePageJson(List<HardwareJson> hardware, List<LinkJson> links) {}

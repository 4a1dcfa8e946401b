package doni.api.hardware;

import doni.api.web.PageLinks.PageLinkJson;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** A page of hardware. */
@Schema(
    name = "HardwareList",
    description = "One page of devices, with a link to the next page if there is one.",
    requiredProperties = {"hardware", "links"})
record HardwarePageJson(List<HardwareJson> hardware, List<PageLinkJson> links) {}

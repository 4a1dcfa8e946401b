package doni.api.hardware;

import doni.api.web.PageLinks.PageLinkJson;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Iterator;
import java.util.List;

/**
 * A page of hardware, which is written while it is read from the database. The links depend on its
 * last device, so they come second.
 */
record HardwarePageJson<T>(Iterator<T> hardware, Iterator<PageLinkJson> links) {

  /** Describes the page of a list; OpenAPI does not know iterators. */
  @Schema(
      name = "HardwareList",
      description = "One page of devices, with a link to the next page if there is one.",
      requiredProperties = {"hardware", "links"})
  record ListDoc(List<HardwareJson> hardware, List<PageLinkJson> links) {}

  /** Describes the page of a list of which {@code fields} selects members. */
  @Schema(
      name = "SelectedHardwareList",
      description = "One page of devices with the members that fields selects.",
      requiredProperties = {"hardware", "links"})
  record SelectedListDoc(List<SelectedDoc> hardware, List<PageLinkJson> links) {}

  /** Describes a device of which {@code fields} selects members. */
  @Schema(
      name = "SelectedHardware",
      description = "The members of a device that fields selects.",
      additionalProperties = Schema.AdditionalPropertiesValue.TRUE)
  record SelectedDoc() {}

  /** Describes the page of an export. */
  @Schema(
      name = "ExportedHardwareList",
      description = "One page of devices, with a link to the next page if there is one.",
      requiredProperties = {"hardware", "links"})
  record ExportDoc(List<ExportedHardwareJson> hardware, List<PageLinkJson> links) {}
}

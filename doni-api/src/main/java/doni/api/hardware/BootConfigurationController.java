package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.PageLinks;
import doni.hardware.BootConfigurationService;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "hardware")
final class BootConfigurationController {

  /** Describes the members that {@link BootConfigurationController#show} answers with. */
  @Schema(
      name = "DeviceConfiguration",
      description =
          "The config.json of balenaOS, with the members that chi-edge device bake writes. It holds the device's"
              + " key.",
      requiredProperties = {
        "uuid",
        "hostname",
        "applicationId",
        "userId",
        "deviceApiKey",
        "deviceApiKeys",
        "registered_at",
        "registeredAt",
        "appUpdatePollInterval",
        "listenPort",
        "vpnPort",
        "apiEndpoint",
        "vpnEndpoint",
        "registryEndpoint",
        "deltaEndpoint"
      })
  record DeviceConfigurationDoc(
      @Schema(example = "0fbc9f0c7f0b4f0e9f0c1a2b3c4d5e6f") String uuid,
      @Schema(example = "edge-01") String hostname,
      @Schema(description = "the fleet", example = "7") long applicationId,
      @Schema(types = "null") @Nullable String userId,
      @Schema(example = "4f1b2c3d5e6f708192a3b4c5d6e7f809") String deviceApiKey,
      @Schema(description = "the key, by the host of the API") Map<String, String> deviceApiKeys,
      @JsonProperty("registered_at")
          @Schema(
              description = "when the device was enrolled, in ms since 1970-01-01 UTC",
              example = "1930305600000")
          String registeredAtOld,
      @Schema(description = "the same", example = "1930305600000") String registeredAt,
      @Schema(description = "ms", example = "60000") String appUpdatePollInterval,
      @Schema(example = "48484") String listenPort,
      @Schema(example = "443") String vpnPort,
      @Schema(example = "https://api.balena-cloud.com") String apiEndpoint,
      @Schema(example = "vpn.balena-cloud.com") String vpnEndpoint,
      @Schema(example = "registry2.balena-cloud.com") String registryEndpoint,
      @Schema(example = "https://delta.balena-cloud.com") String deltaEndpoint,
      @Schema(
              description = "PEM in Base64, only where the site's Balena has its own authority",
              example = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==")
          String balenaRootCA) {}

  private final BootConfigurationService service;

  BootConfigurationController(BootConfigurationService service) {
    this.service = service;
  }

  @Operation(
      operationId = "getDeviceConfiguration",
      summary = "Return the config.json for a device's boot partition",
      description =
          "Requires hardware:update, because the file holds the device's key in Balena. It equals what chi-edge"
              + " device bake writes; the endpoints are those of the site. 409 says why a device has no such file"
              + " yet, for example because it is not registered in Balena. 404 also for hardware types that have"
              + " none.")
  @HardwareReferenceParameter
  @ApiResponse(
      responseCode = "200",
      description = "the file",
      content = @Content(schema = @Schema(implementation = DeviceConfigurationDoc.class)))
  @ErrorStatuses({"403", "404", "409"})
  @GetMapping(
      path = PageLinks.HARDWARE + "/{ref}/config.json",
      produces = MediaType.APPLICATION_JSON_VALUE)
  public ResponseEntity<Map<String, @Nullable Object>> show(
      @AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return ResponseEntity.ok()
        .cacheControl(CacheControl.noStore())
        .body(service.of(caller, HardwareReference.checked(ref)));
  }
}

package doni.console;

import doni.api.web.HardwareReference;
import doni.hardware.BootConfigurationService;
import doni.policy.Caller;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The {@code config.json} of a device, as a download for its owner. */
@ConsoleController
class BootFileController {

  private final BootConfigurationService service;

  BootFileController(BootConfigurationService service) {
    this.service = service;
  }

  @GetMapping(ConsolePaths.DEVICES + "/{ref}/config.json")
  ResponseEntity<Map<String, @Nullable Object>> download(
      @AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return ResponseEntity.ok()
        .cacheControl(CacheControl.noStore())
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"config.json\"")
        .contentType(MediaType.APPLICATION_JSON)
        .body(service.of(caller, HardwareReference.checked(ref)));
  }
}

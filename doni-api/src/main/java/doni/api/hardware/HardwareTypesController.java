package doni.api.hardware;

import doni.hardwaretype.HardwareTypes;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
final class HardwareTypesController implements HardwareTypesApi {

  private final HardwareTypes types;

  HardwareTypesController(HardwareTypes types) {
    this.types = types;
  }

  @Override
  @GetMapping(path = "/v1/hardware-types", produces = MediaType.APPLICATION_JSON_VALUE)
  public HardwareTypesJson all() {
    return HardwareTypesJson.of(types);
  }
}

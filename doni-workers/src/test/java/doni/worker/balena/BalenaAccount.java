package doni.worker.balena;

import doni.backend.BackendException;
import doni.worker.balena.ODataRows.RowPath;
import java.util.Map;
import java.util.OptionalLong;

/** Another client of a Balena, beside the worker: a real server, or the simulated one. */
final class BalenaAccount {

  private final BalenaProperties properties;
  private final BalenaApi api;

  BalenaAccount(BalenaProperties properties) {
    this.properties = properties;
    this.api = BalenaFixtures.api(properties);
  }

  BalenaApi api() {
    return api;
  }

  /** Moves a device to another fleet; its service variables are lost. */
  void move(String uuid, long fleet) {
    api.patch(RowPath.ofDevice(uuid), Map.of("belongs_to__application", fleet));
  }

  /** Returns the id of the device whose key this is; empty where Balena rejects the key. */
  OptionalLong deviceOf(String key) {
    BalenaApi device =
        BalenaFixtures.api(
            BalenaFixtures.properties(
                properties.apiEndpoint(), key, Map.of(), properties.readTimeout()));
    try {
      return OptionalLong.of(device.get("/actor/v1/whoami").id("actorTypeId"));
    } catch (BackendException e) {
      if (e.status() == 401) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }
}

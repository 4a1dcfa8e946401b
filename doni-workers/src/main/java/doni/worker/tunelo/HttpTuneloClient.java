package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.openstack.OpenStackService;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.LanePause;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.ChannelHub;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Tunelo's API, as recorded from the real service. It sends no PUT or PATCH: Tunelo then cuts the
 * channel off from its hub for good, even if nothing changes.
 */
final class HttpTuneloClient implements TuneloClient {

  private static final String CHANNELS = "/channels";

  private final OpenStackService tunelo;

  HttpTuneloClient(OpenStackService tunelo) {
    this.tunelo = tunelo;
  }

  @Override
  public Optional<LanePause> lanePause() {
    return tunelo.lanePause();
  }

  @Override
  public String project() {
    return tunelo.projectId();
  }

  @Override
  public ChannelListing list() {
    ServiceResponse answer = tunelo.send(ServiceRequest.get(CHANNELS));
    if (answer.status() == 500 && answer.message().startsWith("Channel type ")) {
      return ChannelListing.unreadable(answer.message());
    }
    JsonNode channels = answer.orRefused().body().path("channels");
    if (!channels.isArray()) {
      throw unexpected(answer, "a list of channels");
    }
    List<TuneloChannel> all = new ArrayList<>();
    for (JsonNode channel : channels) {
      all.add(read(answer, channel));
    }
    return ChannelListing.of(all);
  }

  @Override
  public Optional<TuneloChannel> find(String uuid) {
    ServiceResponse answer =
        tunelo.send(ServiceRequest.get(CHANNELS + "/" + ServiceRequest.segment(uuid)));
    if (isNotFound(answer)) {
      return Optional.empty();
    }
    TuneloChannel channel = read(answer, answer.orRefused().body());
    if (!channel.uuid().equals(uuid)) {
      throw unexpected(answer, "the channel that was requested");
    }
    return Optional.of(channel);
  }

  @Override
  public TuneloWriteResult create(DesiredChannel desired) {
    ServiceResponse answer =
        tunelo.send(
            ServiceRequest.post(
                CHANNELS,
                Map.of(
                    "project_id",
                    tunelo.projectId(),
                    "channel_type",
                    desired.type(),
                    "properties",
                    Map.of("public_key", desired.publicKey()))));
    if (isNotFound(answer)) {
      return new TuneloWriteResult.NotReady(answer.message());
    }
    TuneloChannel channel = read(answer, answer.orRefused().body());
    if (!channel.serves(desired)) {
      throw unexpected(answer, "the channel to create");
    }
    return new TuneloWriteResult.Created(channel);
  }

  @Override
  public TuneloWriteResult delete(String uuid) {
    ServiceResponse answer =
        tunelo.send(ServiceRequest.delete(CHANNELS + "/" + ServiceRequest.segment(uuid)));
    if (isNotFound(answer)) {
      return TuneloWriteResult.ABSENT;
    }
    var _ = answer.orRefused();
    return TuneloWriteResult.DELETED;
  }

  /**
   * A 404 of Tunelo itself; the one for an unknown URL is HTML and says nothing about a channel.
   */
  private static boolean isNotFound(ServiceResponse answer) {
    return answer.status() == 404 && answer.body().path("error").isString();
  }

  private static TuneloChannel read(ServiceResponse answer, JsonNode json) {
    String uuid = json.path("uuid").asString("");
    JsonNode properties = json.path("properties");
    if (!TuneloChannel.isUuid(uuid) || !json.path("peers").isArray() || !properties.isObject()) {
      throw unexpected(answer, "a channel");
    }
    List<ChannelHub> hubs = new ArrayList<>();
    for (JsonNode peer : json.path("peers")) {
      hubs.add(
          new ChannelHub(
              peer.path("uuid").asString(""),
              text(peer.path("properties").path("public_key")),
              text(peer.path("properties").path("endpoint")),
              text(peer.path("properties").path("ip")),
              peer.path("status").asString("").equals("ACTIVE")));
    }
    return new TuneloChannel(
        uuid,
        json.path("channel_type").asString(""),
        properties.path("public_key").asString(""),
        text(properties.path("ip")),
        text(properties.path("endpoint")),
        hubs);
  }

  private static @Nullable String text(JsonNode node) {
    String text = node.isString() ? node.asString() : "";
    return text.isEmpty() ? null : text;
  }

  private static BackendException unexpected(ServiceResponse answer, String what) {
    return BackendException.answered(
        answer.service(),
        answer.status(),
        "the response to %s lacks %s".formatted(answer.request(), what),
        answer.request().isWrite(),
        null);
  }
}

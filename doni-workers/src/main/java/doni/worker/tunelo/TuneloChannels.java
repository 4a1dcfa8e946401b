package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.openstack.OpenStackService;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.LanePause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Tunelo's API, as it was recorded from the real service. Never PUT or PATCH: Tunelo then cuts the
 * channel off from its hub for good, also when nothing is changed.
 */
final class TuneloChannels implements Channels {

  private static final String CHANNELS = "/channels";

  private final OpenStackService tunelo;

  TuneloChannels(OpenStackService tunelo) {
    this.tunelo = tunelo;
  }

  @Override
  public Optional<LanePause> hold() {
    return tunelo.hold();
  }

  @Override
  public String project() {
    return tunelo.projectId();
  }

  @Override
  public Listed list() {
    ServiceResponse answer = tunelo.send(ServiceRequest.get(CHANNELS));
    if (answer.status() == 500 && answer.message().startsWith("Channel type ")) {
      return new Listed.Unreadable(answer.message());
    }
    JsonNode channels = answer.orRefused().body().path("channels");
    if (!channels.isArray()) {
      throw unexpected(answer, "a list of channels");
    }
    List<Channel> all = new ArrayList<>();
    for (JsonNode channel : channels) {
      all.add(read(answer, channel));
    }
    return new Listed.All(all);
  }

  @Override
  public Optional<Channel> find(String uuid) {
    ServiceResponse answer =
        tunelo.send(ServiceRequest.get(CHANNELS + "/" + ServiceRequest.segment(uuid)));
    if (isNotFound(answer)) {
      return Optional.empty();
    }
    Channel channel = read(answer, answer.orRefused().body());
    if (!channel.uuid().equals(uuid)) {
      throw unexpected(answer, "the channel that was asked for");
    }
    return Optional.of(channel);
  }

  @Override
  public Created create(ChannelWish wish) {
    ServiceResponse answer =
        tunelo.send(
            ServiceRequest.post(
                CHANNELS,
                Map.of(
                    "project_id",
                    tunelo.projectId(),
                    "channel_type",
                    wish.type(),
                    "properties",
                    Map.of("public_key", wish.publicKey()))));
    if (isNotFound(answer)) {
      return new Created.NotReady(answer.message());
    }
    Channel channel = read(answer, answer.orRefused().body());
    if (!channel.serves(wish)) {
      throw unexpected(answer, "the channel that was to be made");
    }
    return new Created.Made(channel);
  }

  @Override
  public void delete(String uuid) {
    ServiceResponse answer =
        tunelo.send(ServiceRequest.delete(CHANNELS + "/" + ServiceRequest.segment(uuid)));
    if (!isNotFound(answer)) {
      var _ = answer.orRefused();
    }
  }

  /** Of Tunelo itself; an unknown URL is answered with HTML, and says nothing of a channel. */
  private static boolean isNotFound(ServiceResponse answer) {
    return answer.status() == 404 && answer.body().path("error").isString();
  }

  private static Channel read(ServiceResponse answer, JsonNode json) {
    String uuid = json.path("uuid").asString("");
    JsonNode properties = json.path("properties");
    if (!Recorded.isUuid(uuid) || !json.path("peers").isArray() || !properties.isObject()) {
      throw unexpected(answer, "a channel");
    }
    List<Peer> peers = new ArrayList<>();
    for (JsonNode peer : json.path("peers")) {
      peers.add(
          new Peer(
              peer.path("uuid").asString(""),
              text(peer.path("properties").path("public_key")),
              text(peer.path("properties").path("endpoint")),
              text(peer.path("properties").path("ip")),
              peer.path("status").asString("").equals("ACTIVE")));
    }
    return new Channel(
        uuid,
        json.path("channel_type").asString(""),
        properties.path("public_key").asString(""),
        text(properties.path("ip")),
        text(properties.path("endpoint")),
        peers);
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

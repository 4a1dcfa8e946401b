package doni.worker.tunelo;

import doni.worker.LanePause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Channels for development without a site; their hub is ready at once. */
final class InMemoryChannels implements Channels {

  private static final Peer HUB =
      new Peer(
          "00000000-0000-4000-8000-000000000001",
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          "192.0.2.1:51820",
          "10.0.0.1",
          true);

  private final Map<String, Channel> channels = new LinkedHashMap<>();
  private int made;

  @Override
  public Optional<LanePause> hold() {
    return Optional.empty();
  }

  @Override
  public String project() {
    return "in-memory";
  }

  @Override
  public synchronized Listed list() {
    return new Listed.All(new ArrayList<>(channels.values()));
  }

  @Override
  public synchronized Optional<Channel> find(String uuid) {
    return Optional.ofNullable(channels.get(uuid));
  }

  @Override
  public synchronized Created create(ChannelWish wish) {
    made++;
    String ip = "10.%d.%d.%d".formatted(made >> 16 & 0xff, made >> 8 & 0xff, made & 0xff);
    Channel channel =
        new Channel(
            UUID.randomUUID().toString(), wish.type(), wish.publicKey(), ip, null, List.of(HUB));
    channels.put(channel.uuid(), channel);
    return new Created.Made(channel);
  }

  @Override
  public synchronized void delete(String uuid) {
    channels.remove(uuid);
  }
}

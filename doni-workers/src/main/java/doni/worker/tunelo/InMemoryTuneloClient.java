package doni.worker.tunelo;

import doni.worker.LanePause;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.ChannelHub;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Tunelo in memory, for development without a site; its hub is always ready. */
final class InMemoryTuneloClient implements TuneloClient {

  private static final ChannelHub HUB =
      new ChannelHub(
          "00000000-0000-4000-8000-000000000001",
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          "192.0.2.1:51820",
          "10.0.0.1",
          true);

  private final Map<String, TuneloChannel> channels = new LinkedHashMap<>();
  private int created;

  @Override
  public Optional<LanePause> lanePause() {
    return Optional.empty();
  }

  @Override
  public String project() {
    return "in-memory";
  }

  @Override
  public synchronized ChannelListing list() {
    return ChannelListing.of(new ArrayList<>(channels.values()));
  }

  @Override
  public synchronized Optional<TuneloChannel> find(String uuid) {
    return Optional.ofNullable(channels.get(uuid));
  }

  @Override
  public synchronized TuneloWriteResult create(DesiredChannel desired) {
    created++;
    String ip = "10.%d.%d.%d".formatted(created >> 16 & 0xff, created >> 8 & 0xff, created & 0xff);
    TuneloChannel channel =
        new TuneloChannel(
            UUID.randomUUID().toString(),
            desired.type(),
            desired.publicKey(),
            ip,
            null,
            List.of(HUB));
    channels.put(channel.uuid(), channel);
    return new TuneloWriteResult.Created(channel);
  }

  @Override
  public synchronized TuneloWriteResult delete(String uuid) {
    return channels.remove(uuid) == null ? TuneloWriteResult.ABSENT : TuneloWriteResult.DELETED;
  }

  /** Creates or replaces a channel as another client may. */
  synchronized void put(TuneloChannel channel) {
    channels.put(channel.uuid(), channel);
  }
}

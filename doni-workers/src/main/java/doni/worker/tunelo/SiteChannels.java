package doni.worker.tunelo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All channels of the site, found by what devices ask for. */
final class SiteChannels {

  private final Map<String, Channel> byUuid;
  private final Map<String, List<Channel>> byKey;
  private final Optional<String> unreadable;

  SiteChannels(Channels.Listed listed) {
    List<Channel> all =
        switch (listed) {
          case Channels.Listed.All(List<Channel> channels) -> channels;
          case Channels.Listed.Unreadable _ -> List.of();
        };
    unreadable =
        listed instanceof Channels.Listed.Unreadable(String reason)
            ? Optional.of(reason)
            : Optional.empty();
    byUuid =
        all.stream().collect(Collectors.toMap(Channel::uuid, Function.identity(), (a, _) -> a));
    byKey = all.stream().collect(Collectors.groupingBy(Channel::publicKey));
  }

  /** Why nothing is known, if that is so: then nothing that is missing here is missing. */
  Optional<String> unreadable() {
    return unreadable;
  }

  Optional<Channel> uuid(String uuid) {
    return Optional.ofNullable(byUuid.get(uuid));
  }

  /** The best first. */
  List<Channel> key(String publicKey) {
    return byKey.getOrDefault(publicKey, List.of()).stream().sorted(Channel.BEST_FIRST).toList();
  }
}

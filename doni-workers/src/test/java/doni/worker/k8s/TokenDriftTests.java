package doni.worker.k8s;

import static doni.worker.k8s.Wishes.HARDWARE;
import static doni.worker.k8s.Wishes.LIFETIME;
import static doni.worker.k8s.Wishes.NOTHING;
import static doni.worker.k8s.Wishes.NOW;
import static doni.worker.k8s.Wishes.OTHER_HARDWARE;
import static doni.worker.k8s.Wishes.TOKEN;
import static doni.worker.k8s.Wishes.node;
import static doni.worker.k8s.Wishes.secret;
import static doni.worker.k8s.Wishes.unready;
import static doni.worker.k8s.Wishes.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.k8s.Desired.TokenRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
class TokenDriftTests {

  private static final String RIGHT = TOKEN.secret().value();
  private static final String WRONG = "ffffffffffffffff";
  private static final TokenRule REQUESTED = new TokenRule(LIFETIME, true, true, false, false);
  private static final TokenRule ROUTINE = new TokenRule(LIFETIME, false, true, false, false);
  private static final TokenRule REVOKING = new TokenRule(LIFETIME, false, true, true, false);
  private static final TokenRule REVOKED = new TokenRule(LIFETIME, false, false, true, false);
  private static final TokenRule WITHDRAWN = new TokenRule(LIFETIME, true, true, false, true);
  private static final ClusterNode READY = node(Map.of());
  private static final String SECRET = "secret bootstrap-token-abc123";

  static Stream<Arguments> cases() {
    Duration short_ = Duration.ofHours(83);
    return Stream.of(
        argumentSet("asked for, none there", REQUESTED, READY, null, "CREATE"),
        argumentSet("asked for, valid", REQUESTED, READY, valid(), ""),
        argumentSet(
            "asked for, less than half left",
            REQUESTED,
            READY,
            secret(HARDWARE, RIGHT, NOW.plus(short_)),
            "UPDATE"),
        argumentSet(
            "asked for, never ends", REQUESTED, READY, secret(HARDWARE, RIGHT, null), "UPDATE"),
        argumentSet(
            "asked for, another secret part",
            REQUESTED,
            READY,
            secret(HARDWARE, WRONG, NOW.plus(LIFETIME)),
            "UPDATE"),
        argumentSet(
            "asked for, written by the original",
            REQUESTED,
            READY,
            secret(null, RIGHT, NOW.plus(LIFETIME)),
            "UPDATE"),
        argumentSet(
            "asked for, shared with another device",
            REQUESTED,
            READY,
            secret(OTHER_HARDWARE, RIGHT, NOW.plus(LIFETIME)),
            ""),
        argumentSet(
            "asked for, somebody else's",
            REQUESTED,
            READY,
            secret(OTHER_HARDWARE, WRONG, NOW.plus(LIFETIME)),
            "refused"),
        argumentSet(
            "asked for, of nobody and another token",
            REQUESTED,
            READY,
            secret(null, WRONG, NOW.plus(LIFETIME)),
            "refused"),
        argumentSet(
            "asked for, of another type",
            REQUESTED,
            READY,
            new TokenSecret("abc123", false, HARDWARE, new Secret(RIGHT), NOW, true),
            "refused"),
        argumentSet(
            "asked for, not usable to join",
            REQUESTED,
            READY,
            new TokenSecret("abc123", true, HARDWARE, new Secret(RIGHT), NOW.plus(LIFETIME), false),
            "UPDATE"),
        argumentSet("routine, ready: may expire", ROUTINE, READY, null, ""),
        argumentSet(
            "routine, not ready for a minute",
            ROUTINE,
            unready(NOW.minus(Duration.ofMinutes(1))),
            null,
            ""),
        argumentSet(
            "routine, not ready for an hour",
            ROUTINE,
            unready(NOW.minus(Duration.ofHours(1))),
            null,
            "CREATE"),
        argumentSet("routine, never ready", ROUTINE, unready(null), null, "CREATE"),
        argumentSet("routine, no node", ROUTINE, null, null, "CREATE"),
        argumentSet("revoking, ready", REVOKING, READY, valid(), "DELETE"),
        argumentSet("revoking, no node", REVOKING, null, valid(), ""),
        argumentSet(
            "revoking, ready, somebody else's",
            REVOKING,
            READY,
            secret(OTHER_HARDWARE, RIGHT, NOW),
            ""),
        argumentSet("revoked before, ready: not looked at", REVOKED, READY, valid(), ""),
        argumentSet("deleted device", WITHDRAWN, READY, valid(), "DELETE"),
        argumentSet(
            "deleted device, its token without owner",
            WITHDRAWN,
            null,
            secret(null, RIGHT, NOW),
            "DELETE"),
        argumentSet(
            "deleted device, somebody else's",
            WITHDRAWN,
            null,
            secret(OTHER_HARDWARE, RIGHT, NOW),
            ""),
        argumentSet("deleted device, none there", WITHDRAWN, null, null, ""));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decidesWhatBecomesOfTheSecret(
      TokenRule rule, @Nullable ClusterNode node, @Nullable TokenSecret present, String decision) {
    Drift drift = drift(desired(rule, Set.of()), node, present);

    String decided =
        drift.refusal().isPresent()
            ? "refused"
            : String.join(" ", drift.changes().stream().map(c -> c.action().name()).toList());
    assertThat(decided).isEqualTo(decision);
  }

  @Test
  void givesANewTokenItsWholeLife() {
    Drift drift = drift(desired(REQUESTED, Set.of()), null, null);

    assertThat(drift.secrets())
        .containsExactly(
            new SecretStep.Create(new TokenWish(TOKEN, HARDWARE, "dev1", NOW.plus(LIFETIME))));
  }

  @Test
  void deletesTheFormerTokenBeforeItWritesTheNewOne() {
    TokenSecret former =
        new TokenSecret("old999", true, HARDWARE, new Secret(WRONG), NOW.plus(LIFETIME), true);

    Drift drift = drift(desired(REQUESTED, Set.of("old999")), null, former);

    assertThat(drift.changes())
        .extracting(Change::action, Change::object)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                Change.Action.DELETE, "secret bootstrap-token-old999"),
            org.assertj.core.groups.Tuple.tuple(Change.Action.CREATE, SECRET));
  }

  @Test
  void leavesAFormerTokenThatIsSomebodyElses() {
    TokenSecret former =
        new TokenSecret(
            "old999", true, OTHER_HARDWARE, new Secret(WRONG), NOW.plus(LIFETIME), true);

    Drift drift = drift(desired(ROUTINE, Set.of("old999")), READY, former);

    assertThat(drift.isEmpty()).isTrue();
  }

  @Test
  void saysNothingOfTheTokenWhereItIsShown() {
    Drift drift =
        drift(desired(REQUESTED, Set.of()), READY, secret(HARDWARE, WRONG, NOW.plus(LIFETIME)));

    assertThat(drift.toString() + drift.changes()).doesNotContain(RIGHT).doesNotContain(WRONG);
  }

  private static Desired desired(TokenRule rule, Set<String> former) {
    return new Desired(HARDWARE, "dev1", Optional.of(TOKEN), former, rule, NOTHING);
  }

  private static Drift drift(
      Desired desired, @Nullable ClusterNode node, @Nullable TokenSecret present) {
    Map<String, TokenSecret> secrets =
        Map.copyOf(
            Stream.ofNullable(present)
                .collect(java.util.stream.Collectors.toMap(TokenSecret::id, s -> s)));
    return Drift.between(desired, new Observed(Optional.ofNullable(node), secrets, NOW));
  }

  @Test
  void refusalNamesTheSecretAndTheWayOut() {
    Drift drift =
        drift(
            desired(REQUESTED, Set.of()), READY, secret(OTHER_HARDWARE, WRONG, NOW.plus(LIFETIME)));

    assertThat(List.of(drift.refusal().orElseThrow()))
        .singleElement()
        .asString()
        .contains("bootstrap-token-abc123 belongs to someone else")
        .contains("k8s_bootstrap_token");
  }
}

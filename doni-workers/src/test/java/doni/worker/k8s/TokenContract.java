package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.system.CapturedOutput;

/** How a bootstrap token is reconciled, with any API. */
interface TokenContract extends OnCluster {

  @Test
  default void writesTheTokenAndDefersWhileTheNodeIsMissing() {
    Outcome outcome = device().requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns("No matching k8s node found", Outcome.Deferred::reason);
    assertThat(nodes().value(device().tokenId(), "token-secret"))
        .isEqualTo(device().token().substring(7));
  }

  @Test
  default void writesAllThatMakesTheTokenValidForSevenDays() {
    device().requested(worker());

    assertThat(nodes().value(device().tokenId(), "token-id")).isEqualTo(device().tokenId());
    assertThat(nodes().value(device().tokenId(), "usage-bootstrap-authentication"))
        .isEqualTo("true");
    assertThat(nodes().value(device().tokenId(), "usage-bootstrap-signing")).isEqualTo("true");
    assertThat(Instant.parse(nodes().value(device().tokenId(), "expiration")))
        .isBetween(
            Instant.now().plus(Duration.ofDays(7)).minusSeconds(60),
            Instant.now().plus(Duration.ofDays(7)));
    assertThat(nodes().secret(device().tokenId()).orElseThrow().getMetadata().getAnnotations())
        .containsEntry("chi.edge/hardware-uuid", device().id().toString());
  }

  @Test
  default void aPlanWritesNothing() {
    assertThat(device().planned(worker())).hasSize(1);

    assertThat(nodes().secret(device().tokenId())).isEmpty();
  }

  @Test
  default void aChangedTokenDeletesTheFormerOne() {
    joined();
    String former = device().tokenId();

    device().withToken(BootstrapToken.generate()).requested(worker());

    assertThat(nodes().secret(former)).isEmpty();
    assertThat(nodes().secret(device().tokenId())).isPresent();
    assertThat(device().details()).containsEntry("deleted_token_secrets", 1);
  }

  @Test
  default void aChangedSecretPartIsWritten() {
    joined();

    device().withToken(device().tokenId() + ".ffffffffffffffff").requested(worker());

    assertThat(nodes().value(device().tokenId(), "token-secret")).isEqualTo("ffffffffffffffff");
  }

  @Test
  default void refusesATokenOfAnotherOwner() {
    nodes().foreignSecret(device().tokenId(), "0000000000000000");

    Outcome outcome = device().requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable)
        .satisfies(failed -> assertThat(failed.message()).contains("belongs to another owner"));
    assertThat(nodes().value(device().tokenId(), "token-secret")).isEqualTo("0000000000000000");
  }

  @Test
  default void adoptsATokenSecretWithoutOwner() {
    nodes().foreignSecret(device().tokenId(), device().token().substring(7));

    device().requested(worker());

    assertThat(nodes().secret(device().tokenId()).orElseThrow().getMetadata().getAnnotations())
        .containsEntry("chi.edge/hardware-uuid", device().id().toString());
    assertThat(nodes().value(device().tokenId(), "expiration")).isNotEmpty();
  }

  @Test
  default void aRequestedAttemptRenewsATokenThatIsHalfOver() {
    device().requested(worker());
    nodes().expire(device().tokenId(), Instant.now().plus(Duration.ofDays(3)));

    device().requested(worker());

    assertThat(Instant.parse(nodes().value(device().tokenId(), "expiration")))
        .isAfter(Instant.now().plus(Duration.ofDays(6)));
  }

  @Test
  default void letsTheTokenOfAReadyNodeExpire() {
    joined();
    nodes().deleteSecret(device().tokenId());

    Outcome outcome = device().scheduled(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().secret(device().tokenId())).isEmpty();
  }

  @Test
  default void writesTheTokenAgainForAMissingDevice() {
    joined();
    nodes().deleteSecret(device().tokenId());
    nodes().leave(device().name());
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site().requeued()).contains(device().name()));

    device().scheduled(worker());

    assertThat(nodes().secret(device().tokenId())).isPresent();
  }

  @Test
  default void revokesTheTokenOnceTheNodeIsReadyWhereThatIsWanted() {
    reopen(settings().revoking());
    device().requested(worker());
    assertThat(nodes().secret(device().tokenId())).isPresent();

    joined();

    assertThat(nodes().secret(device().tokenId())).isEmpty();
    assertThat(device().planned(worker())).isEmpty();
  }

  @Test
  default void failsWithoutATokenAndIssuesNone() {
    device().withToken("");

    Outcome outcome =
        worker().plan(device().attempt(ReconcileContext.Cause.REQUESTED)).apply(WriteGate.OPEN);
    device().withToken(BootstrapToken.generate());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns("k8s_bootstrap_token is missing", Outcome.Failed::message)
        .returns(false, Outcome.Failed::retryable);
  }

  @Test
  default void failsOnAMalformedTokenWithoutShowingIt() {
    String token = device().token();

    Outcome outcome = device().withToken("Very-Secret-Nonsense").requested(worker());
    device().withToken(token);

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .satisfies(failed ->
            assertThat(failed.message())
                .isEqualTo(
                    "k8s_bootstrap_token: must be 6 lower-case letters or digits, a dot, and 16"
                        + " lower-case letters or digits"));
  }

  @Test
  default void neverShowsTheToken(CapturedOutput output) {
    ReconcilePlan plan = worker().plan(device().attempt(ReconcileContext.Cause.REQUESTED));
    Outcome first = device().record(plan.apply(WriteGate.OPEN));
    nodes().join(device().name());
    Outcome second = device().requested(worker());

    String secret = device().token().substring(7);
    assertThat(plan.changes().toString() + first + second + device().details() + output.getAll())
        .contains(device().tokenId())
        .doesNotContain(secret)
        .doesNotContain(
            Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
  }
}

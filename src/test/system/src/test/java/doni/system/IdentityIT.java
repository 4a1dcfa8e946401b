package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.PlainClient.Reply;
import doni.simulator.keystone.SimulatedKeystone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tokens, with a Keystone that is busy or away. */
@ExtendWith(SharedSite.class)
class IdentityIT {

  private static final int REQUESTS = 100;

  private final TestSite site;
  private final SimulatedKeystone keystone;

  IdentityIT(TestSite site) {
    this.site = site;
    this.keystone = site.keystone();
  }

  private static Reply list(Owner owner) throws Exception {
    return owner.http().get(Owner.HARDWARE);
  }

  @Test
  void servesWhoIsKnownAndPutsOthersOffWhileKeystoneIsDown() throws Exception {
    Owner known = site.owner("known");
    assertThat(list(known).status()).isEqualTo(200);
    Owner unknown = site.owner("unknown");
    keystone.stop();
    try {
      Reply refusal = list(unknown);

      assertThat(refusal.status()).isEqualTo(503);
      assertThat(refusal.headers().get("content-type")).startsWith("application/json");
      assertThat(refusal.headers().get("retry-after")).matches("[1-9]\\d*");
      assertThat(refusal.text("/error")).isNotBlank();
      assertThat(list(known).status()).isEqualTo(200);
    } finally {
      keystone.start();
    }

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(list(unknown).status()).isEqualTo(200));
  }

  @Test
  void asksOnceAboutATokenThatComesAHundredTimesAtOnce() throws Exception {
    keystone.addUser("crowd", "crowd-proj", "member");
    String token = keystone.token("crowd");
    Owner owner = site.at(site.service(), token);
    CountDownLatch together = new CountDownLatch(1);
    List<Future<Integer>> statuses = new ArrayList<>();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < REQUESTS; i++) {
        statuses.add(
            threads.submit(() -> {
              together.await();
              return list(owner).status();
            }));
      }
      together.countDown();
    }

    assertThat(statuses).extracting(Future::resultNow).containsOnly(200).hasSize(REQUESTS);
    assertThat(keystone.validations(token)).isEqualTo(1);
  }
}

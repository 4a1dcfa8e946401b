package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SuspectAddressesTests {

  private final AtomicLong now = new AtomicLong();
  private final SuspectAddresses addresses = new SuspectAddresses(now::get);

  @Test
  void suspectAnAddressAfterManyRejectedTokens() {
    reject(SuspectAddresses.ALLOWED);
    assertThat(addresses.isSuspect("192.0.2.1")).isFalse();

    addresses.rejected("192.0.2.1");

    assertThat(addresses.isSuspect("192.0.2.1")).isTrue();
    assertThat(addresses.isSuspect("192.0.2.2")).isFalse();
  }

  @Test
  void suspectANetworkWhoseAddressesTakeTurns() {
    for (int i = 0; i <= SuspectAddresses.ALLOWED; i++) {
      addresses.rejected("2001:db8::" + i);
    }

    assertThat(addresses.isSuspect("2001:db8::ffff")).isTrue();
    assertThat(addresses.isSuspect("2001:db8:0:1::1")).isFalse();
  }

  @Test
  void forgetAnAddressAfterAMinute() {
    reject(SuspectAddresses.ALLOWED + 1);

    now.addAndGet(Duration.ofMinutes(1).toNanos());

    assertThat(addresses.isSuspect("192.0.2.1")).isFalse();
  }

  @Test
  void giveSuspectsFewPlaces() throws InterruptedException {
    for (int i = 0; i < SuspectAddresses.PLACES; i++) {
      assertThat(addresses.enter(Duration.ZERO)).isTrue();
    }
    assertThat(addresses.enter(Duration.ZERO)).isFalse();

    addresses.leave();

    assertThat(addresses.enter(Duration.ZERO)).isTrue();
  }

  private void reject(int times) {
    for (int i = 0; i < times; i++) {
      addresses.rejected("192.0.2.1");
    }
  }
}

package doni.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import doni.doctor.DoctorRunner.CheckResult;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.worker.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SiteCheckServiceTests {

  private static final Instant NOON = Instant.parse("2031-03-04T12:00:00Z");

  private final AtomicReference<Clock> clock = new AtomicReference<>(at(NOON));
  private int runs;
  private final SiteCheckService service =
      new SiteCheckService(
          AccessPolicy.defaults(),
          () -> {
            runs++;
            return List.of(
                new CheckResult("database", new Finding.Ok("answers")),
                new CheckResult("worker k8s", new Finding.Problem("no connection", "start it")));
          },
          new MovedClock());

  @Test
  void runsAtMostOnceAMinute() throws Exception {
    Caller admin = caller("admin");
    assertThat(service.last(admin)).isEmpty();

    assertThat(service.check(admin).at()).isEqualTo(NOON);
    clock.set(at(NOON.plusSeconds(59)));
    assertThat(service.check(admin).at()).isEqualTo(NOON);
    assertThat(runs).isEqualTo(1);
    clock.set(at(NOON.plus(Duration.ofSeconds(61))));
    assertThat(service.check(admin).at()).isEqualTo(NOON.plusSeconds(61));

    assertThat(runs).isEqualTo(2);
    assertThat(service.last(admin).orElseThrow().problems()).isEqualTo(1);
  }

  @Test
  void isForCallersWhoMayResyncTheSite() throws Exception {
    Caller member = caller("member");
    var _ = service.check(caller("admin"));

    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> service.check(member));
    assertThat(service.last(member)).isEmpty();
    assertThat(runs).isEqualTo(1);
  }

  private static Caller caller(String role) {
    return new Caller(
        "u", "alice", "p", Set.of(role), Map.of("user_id", "u", "project_id", "p"), "req-1");
  }

  private static Clock at(Instant instant) {
    return Clock.fixed(instant, ZoneOffset.UTC);
  }

  private final class MovedClock extends Clock {
    @Override
    public Instant instant() {
      return clock.get().instant();
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}

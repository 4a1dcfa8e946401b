package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import doni.openstack.KeystoneProperties;
import doni.openstack.KeystoneSession;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class StaticTokenValidatorTests {

  private static final Map<Secret, KeystoneProperties.StaticToken> TOKENS =
      Map.of(
          new Secret("local-admin"),
          new KeystoneProperties.StaticToken("u1", "root", "p1", Set.of("Admin")));

  @Test
  void acceptsATokenFromTheConfiguration() {
    TokenValidation result = new StaticTokenValidator(TOKENS).validate(new Secret("local-admin"));

    assertThat(result).isInstanceOf(TokenValidation.Valid.class);
    assertThat(((TokenValidation.Valid) result).caller().roles()).containsExactly("Admin");
    assertThat(((TokenValidation.Valid) result).caller().attributes())
        .containsEntry("project_id", "p1");
  }

  @Test
  void refusesAnyOtherToken() {
    assertThat(new StaticTokenValidator(TOKENS).validate(new Secret("local-user")))
        .isEqualTo(new TokenValidation.Rejected());
  }

  @Test
  void warnsThatTheyAreForLocalUse(CapturedOutput output) {
    KeystoneProperties properties =
        new KeystoneProperties(
            null,
            null,
            null,
            null,
            null,
            "",
            "",
            "",
            null,
            "",
            java.time.Duration.ZERO,
            java.time.Duration.ZERO,
            java.time.Duration.ZERO,
            TOKENS);

    TokenValidation.TokenValidator tokenValidator =
        new ApiSecurityConfiguration()
            .tokenValidator(
                properties,
                new StaticListableBeanFactory().getBeanProvider(KeystoneSession.class),
                new SimpleMeterRegistry(),
                Clock.systemUTC());

    assertThat(tokenValidator).isInstanceOf(StaticTokenValidator.class);
    assertThat(output.getAll())
        .contains("WARN", "1 tokens from the configuration", "For local use only")
        .doesNotContain("local-admin");
  }
}

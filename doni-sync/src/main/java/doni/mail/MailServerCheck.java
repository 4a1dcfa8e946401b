package doni.mail;

import doni.worker.Finding;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** Checks for an operator that the mail server lets Doni in. It sends no mail. */
public final class MailServerCheck {

  private MailServerCheck() {}

  /** Connects and logs in with the settings of {@code doni.mail}. */
  public static List<Finding> check(Environment environment, Clock clock) {
    MailProperties settings =
        Binder.get(environment).bindOrCreate("doni.mail", MailProperties.class);
    if (!settings.enabled()) {
      return List.of(new Finding.Skipped("doni.mail.host is not set; no mail is sent"));
    }
    String server = settings.host() + ":" + settings.port();
    try {
      new MailServer(settings, clock).verify();
      return List.of(
          new Finding.Ok(
              server
                  + (settings.username() == null
                      ? " accepts the connection"
                      : " accepts the login")));
    } catch (AuthenticationFailedException e) {
      return List.of(
          new Finding.Problem(
              server + ": " + MailServer.reason(e, settings.sender().text()),
              "correct doni.mail.username and doni.mail.password"));
    } catch (MessagingException e) {
      return List.of(
          new Finding.Problem(
              server + ": " + MailServer.reason(e, settings.sender().text()),
              "check doni.mail.host, port, tls and ca-file, and that the server runs"));
    }
  }
}

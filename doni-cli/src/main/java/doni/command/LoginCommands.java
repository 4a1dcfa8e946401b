package doni.command;

import doni.client.CommandFailedException;
import doni.client.KeystoneTokenLogin;
import doni.client.OpenStackCredentials;
import doni.client.StoredLogin;
import java.io.Console;
import java.util.Optional;

/** {@code doni login} and {@code doni logout}. */
final class LoginCommands {

  private LoginCommands() {}

  /** {@code doni login}. */
  static final class LoginCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return new CommandSpec(
              "login",
              "Gets a token from Keystone and keeps it for later commands.",
              "Credentials are a password or an application credential, from OS_* variables or a"
                  + " cloud in clouds.yaml.",
              "The token is stored in ~/.config/doni/login.json, which only you can read, and used"
                  + " for this URL only.")
          .option("--os-cloud", "NAME", "A cloud in clouds.yaml (default: $OS_CLOUD).")
          .option(
              "--url", "URL", "URL of the service (default: $DONI_URL or http://127.0.0.1:8001).")
          .exitCode(0, "logged in")
          .exitCode(1, "Keystone refused the credentials or did not answer")
          .exitCode(2, "invalid arguments")
          .example("doni login --os-cloud edge --url https://doni.example.org:8001");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      OpenStackCredentials credentials =
          OpenStackCredentials.find(
                  console.environment(), arguments.value("--os-cloud").orElse(null))
              .orElseThrow(() ->
                  new CommandFailedException(
                      "no credentials: set OS_AUTH_URL and other OS_* variables, or use --os-cloud"
                          + " with a cloud in clouds.yaml",
                      false));
      if (credentials.needsPassword()) {
        credentials = prompted(credentials, console);
      }
      String service = console.access(arguments).service().toString();
      KeystoneTokenLogin login = KeystoneTokenLogin.login(credentials);
      new StoredLogin(service, login.token(), login.expiresAt()).write(console.environment());
      console.print("logged in as %s until %s".formatted(login, login.expiresAt()));
      console.print("for " + service + ", in " + StoredLogin.file(console.environment()));
      return DoniClient.OK;
    }

    private static OpenStackCredentials prompted(
        OpenStackCredentials credentials, CommandConsole console) {
      Optional<char[]> password =
          console.terminal()
              ? Optional.ofNullable(System.console())
                  .map((Console terminal) -> terminal.readPassword("Password: "))
              : Optional.empty();
      return password.map(String::new).map(credentials::withPassword).orElse(credentials);
    }
  }

  /** {@code doni logout}. */
  static final class LogoutCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return new CommandSpec("logout", "Removes the token of the last login from this machine.")
          .exitCode(0, "no token is stored any more")
          .exitCode(1, "the file cannot be removed")
          .exitCode(2, "invalid arguments");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      console.print(StoredLogin.remove(console.environment()) ? "logged out" : "not logged in");
      return DoniClient.OK;
    }
  }
}

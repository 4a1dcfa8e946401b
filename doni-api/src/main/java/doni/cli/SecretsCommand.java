package doni.cli;

import doni.secret.StoredSecretsService;
import doni.secret.StoredSecretsService.Summary;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code doni secrets}: verifies and re-encrypts secrets in the database. */
@Command(
    name = "secrets",
    description = "Verifies or re-encrypts secrets (doni.secrets.keys).",
    mixinStandardHelpOptions = true,
    subcommands = {SecretsCommand.VerifyCommand.class, SecretsCommand.RotateCommand.class})
final class SecretsCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "missing command: verify or rotate");
    }
  }

  /** Decrypts every secret. */
  @Command(
      name = "verify",
      description = {
        "Decrypts every stored secret and lists those that cannot be decrypted.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 all secrets can be decrypted, 1 failure, 3 some cannot be decrypted."
      },
      mixinStandardHelpOptions = true)
  static final class VerifyCommand extends InventoryCommand {
    @Override
    int work(ConfigurableApplicationContext inventory) {
      Summary summary = inventory.getBean(StoredSecretsService.class).verify();
      out()
          .println(
              "%d secrets, %d cannot be decrypted"
                  .formatted(summary.values(), summary.unreadable().size()));
      return finish(this, summary);
    }
  }

  /** Encrypts every secret with the first key. */
  @Command(
      name = "rotate",
      description = {
        "Encrypts every stored secret with the first key of doni.secrets.keys. First restart the service with that key"
            + " in front; it can run during the rotation. The command can be interrupted and repeated. After exit code"
            + " 0, the other keys are no longer needed.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 all secrets use the first key, 1 failure, 3 some cannot be decrypted or changed meanwhile."
      },
      mixinStandardHelpOptions = true)
  static final class RotateCommand extends InventoryCommand {
    @Override
    int work(ConfigurableApplicationContext inventory) {
      Summary summary = inventory.getBean(StoredSecretsService.class).rotate();
      out()
          .println(
              "%d secrets, %d re-encrypted, %d changed meanwhile (repeat the command), %d cannot be decrypted"
                  .formatted(
                      summary.values(),
                      summary.rotated(),
                      summary.missed(),
                      summary.unreadable().size()));
      return finish(this, summary);
    }
  }

  private static int finish(InventoryCommand command, Summary summary) {
    summary
        .unreadable()
        .forEach(value ->
            command
                .out()
                .println("hardware " + value.device() + ", " + value.place() + ": " + value.why()));
    command.out().flush();
    return summary.unreadable().isEmpty() && summary.missed() == 0 ? 0 : InventoryCommand.FINDINGS;
  }
}

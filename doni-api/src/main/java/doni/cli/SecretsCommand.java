package doni.cli;

import doni.secret.StoredSecrets;
import doni.secret.StoredSecrets.Summary;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code doni secrets}: the values that are encrypted at rest. */
@Command(
    name = "secrets",
    description = "Looks after the values that are encrypted with doni.secrets.keys.",
    mixinStandardHelpOptions = true,
    subcommands = {SecretsCommand.Verify.class, SecretsCommand.Rotate.class})
final class SecretsCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "a command is needed: verify or rotate");
    }
  }

  /** Tries to read every value. */
  @Command(
      name = "verify",
      description = {
        "Decrypts every stored value, and says which cannot be.",
        InventoryCommand.SETTINGS
      },
      footer = {"", "Exit code: 0 all can be read, 1 it failed, 3 some cannot be read."},
      mixinStandardHelpOptions = true)
  static final class Verify extends InventoryCommand {
    @Override
    int work(ConfigurableApplicationContext inventory) {
      Summary summary = inventory.getBean(StoredSecrets.class).verify();
      out()
          .println(
              summary.values()
                  + " encrypted values, "
                  + summary.unreadable().size()
                  + " cannot be read");
      return finish(this, summary);
    }
  }

  /** Encrypts anew. */
  @Command(
      name = "rotate",
      description = {
        "Encrypts every stored value with the first key of doni.secrets.keys. The service may run meanwhile, once it"
            + " has been restarted with that key in front. May be broken off and run again; when it says that none"
            + " is left, the other keys are no longer needed.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 none is left, 1 it failed, 3 some cannot be read or were changed meanwhile."
      },
      mixinStandardHelpOptions = true)
  static final class Rotate extends InventoryCommand {
    @Override
    int work(ConfigurableApplicationContext inventory) {
      Summary summary = inventory.getBean(StoredSecrets.class).rotate();
      out()
          .println(
              "%d encrypted values, %d of them encrypted anew, %d changed meanwhile (run it again), %d cannot be read"
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
    return summary.unreadable().isEmpty() && summary.missed() == 0 ? 0 : InventoryCommand.LOOK;
  }
}

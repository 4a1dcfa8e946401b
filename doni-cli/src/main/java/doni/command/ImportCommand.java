package doni.command;

import java.nio.file.Path;
import java.util.List;

/** {@code doni import FILE}: enrolls the devices of a file. */
final class ImportCommand implements ApiCommand {

  private static final int REFUSED = 3;

  @Override
  public CommandSpec spec() {
    return new CommandSpec(
            "import",
            "Enrolls the devices of a file, or hardware that exists in Ironic and Blazar.",
            "The file is JSON (one enrollment per line, or an array) or CSV, in UTF-8, or in UTF-16"
                + " with a byte order mark.",
            "Devices that are already enrolled are compared, never changed: after an interruption,"
                + " run the command again.",
            "--from BACKEND reads Ironic and Blazar with the configuration of the service, where"
                + " the service runs: 'doni import --from ironic --help' lists its options.")
        .parameters("FILE", 0, 1)
        .flag("--dry-run", "Prints the result without storing anything.")
        .option(
            "--mode",
            "MODE",
            "row (default) stores each row independently; all stores nothing if a row is refused.")
        .option("-o,--output", "FORMAT", "table (default) or json.")
        .access()
        .exitCode(0, "every row is enrolled (dry run: can be enrolled)")
        .exitCode(1, "the service refused the request or did not answer; some rows may be enrolled")
        .exitCode(2, "invalid arguments")
        .exitCode(3, "some rows were refused or differ from the enrolled device; they are printed")
        .example("doni import devices.jsonl --dry-run")
        .example("doni import devices.csv --mode all")
        .example("doni import --from ironic");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) {
    if (arguments.positional().isEmpty()) {
      throw new CommandUsageException("either FILE or --from must be given");
    }
    EnrollmentFileImport enrollments =
        new EnrollmentFileImport(
            Path.of(arguments.positional().get(0)),
            arguments.choice("--mode", "row", "row", "all"),
            arguments.has("--dry-run"),
            arguments.choice("--output", "table", "table", "json").equals("json"),
            console.out());
    return enrollments.run(console.client(arguments)) ? DoniClient.OK : REFUSED;
  }

  /**
   * Returns whether the arguments are for the import from backends, which the service's jar has.
   */
  static boolean isFromBackends(List<String> arguments) {
    return arguments.stream()
        .anyMatch(argument -> argument.equals("--from") || argument.startsWith("--from="));
  }

  /** Returns the option in an argument that only an import from backends accepts. */
  static boolean needsFrom(String argument) {
    return List.of("--apply", "--defaults", "--project-id")
        .contains(argument.replaceFirst("=.*", ""));
  }
}

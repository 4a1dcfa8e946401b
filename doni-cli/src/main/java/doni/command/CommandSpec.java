package doni.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command accepts, for the parser, the help and the completion. */
final class CommandSpec {

  /**
   * An option.
   *
   * @param names such as {@code -o} and {@code --output}; the last one is the key of its value
   * @param value name of its value in the help; empty for a switch
   */
  record OptionSpec(List<String> names, String value, String description) {

    OptionSpec {
      names = List.copyOf(names);
    }

    String key() {
      return names.get(names.size() - 1);
    }

    boolean isSwitch() {
      return value.isEmpty();
    }
  }

  private final String name;
  private final List<String> description;
  private final List<OptionSpec> options = new ArrayList<>();
  private final List<String> exitCodes = new ArrayList<>();
  private final List<String> examples = new ArrayList<>();
  private String parameters = "";
  private int atLeast;
  private int atMost;

  /**
   * Creates a specification.
   *
   * @param description the first line is the summary in the list of commands
   */
  CommandSpec(String name, String... description) {
    this.name = name;
    this.description = List.of(description);
  }

  /** Adds an option; the names are separated by a comma. */
  CommandSpec option(String names, String value, String text) {
    options.add(new OptionSpec(List.of(names.split(",")), value, text));
    return this;
  }

  /** Adds an option without a value. */
  CommandSpec flag(String names, String text) {
    return option(names, "", text);
  }

  /** Adds the options of every command that calls the service. */
  CommandSpec access() {
    return option(
            "--url",
            "URL",
            "URL of the service (default: $DONI_URL, the last login's, or"
                + " http://127.0.0.1:8001).")
        .option(
            "--token-file",
            "FILE",
            "File with a Keystone token (default: $OS_TOKEN, the last login's, or a new one by"
                + " OS_* variables).");
  }

  /** Adds {@code -o}. */
  CommandSpec output(String formats) {
    return option("-o,--output", "FORMAT", formats + " (default: table).");
  }

  /**
   * Sets the positional parameters.
   *
   * @param usage as in the first line of the help
   */
  CommandSpec parameters(String usage, int least, int most) {
    parameters = usage;
    atLeast = least;
    atMost = most;
    return this;
  }

  CommandSpec exitCode(int code, String meaning) {
    exitCodes.add("  " + code + "   " + meaning);
    return this;
  }

  CommandSpec example(String example) {
    examples.add("  " + example);
    return this;
  }

  String name() {
    return name;
  }

  String summary() {
    return description.get(0);
  }

  List<OptionSpec> options() {
    return options;
  }

  int atLeast() {
    return atLeast;
  }

  int atMost() {
    return atMost;
  }

  String parameterName() {
    return parameters.replaceAll("[^A-Z]+.*", "").isEmpty()
        ? parameters
        : parameters.replaceAll("[^A-Z].*", "");
  }

  @Nullable OptionSpec option(String name) {
    for (OptionSpec option : options) {
      if (option.names().contains(name)) {
        return option;
      }
    }
    return null;
  }

  String usage() {
    return "Usage: doni " + name + " [OPTION...]" + (parameters.isEmpty() ? "" : " " + parameters);
  }

  /** Returns the text of {@code --help}. */
  String help() {
    StringBuilder help = new StringBuilder(usage()).append('\n');
    for (String line : description) {
      help.append(line).append('\n');
    }
    help.append('\n');
    for (OptionSpec option : options) {
      String names = String.join(", ", option.names());
      String left = "  " + names + (option.isSwitch() ? "" : " " + option.value());
      help.append(left);
      help.append(left.length() < 28 ? " ".repeat(28 - left.length()) : "\n" + " ".repeat(28));
      help.append(option.description()).append('\n');
    }
    help.append("  -h, --help                Shows this help.\n");
    section(help, "Exit codes:", exitCodes);
    section(help, "Examples:", examples);
    return help.toString();
  }

  private static void section(StringBuilder help, String title, List<String> lines) {
    if (!lines.isEmpty()) {
      help.append('\n').append(title).append('\n');
      for (String line : lines) {
        help.append(line).append('\n');
      }
    }
  }
}

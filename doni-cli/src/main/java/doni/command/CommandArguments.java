package doni.command;

import doni.command.CommandSpec.OptionSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options and positional parameters of one command line. */
final class CommandArguments {

  private final Map<String, List<String>> options = new HashMap<>();
  private final List<String> positional = new ArrayList<>();

  private CommandArguments() {}

  /**
   * Reads the arguments after the name of a command.
   *
   * @throws CommandUsageException if the command does not accept them
   */
  static CommandArguments parse(CommandSpec spec, List<String> arguments) {
    CommandArguments parsed = new CommandArguments();
    boolean onlyPositional = false;
    for (int at = 0; at < arguments.size(); at++) {
      String argument = arguments.get(at);
      if (onlyPositional || argument.equals("-") || !argument.startsWith("-")) {
        parsed.positional.add(argument);
      } else if (argument.equals("--")) {
        onlyPositional = true;
      } else {
        at += parsed.option(spec, argument, arguments.subList(at + 1, arguments.size()));
      }
    }
    if (!parsed.has("--help")) {
      parsed.checkCount(spec);
    }
    return parsed;
  }

  /** Reads one option; returns how many of the following arguments are its value. */
  private int option(CommandSpec spec, String argument, List<String> following) {
    if (argument.equals("-h") || argument.equals("--help")) {
      options.put("--help", List.of(""));
      return 0;
    }
    int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
    String name = equals < 0 ? argument : argument.substring(0, equals);
    OptionSpec option = spec.option(name);
    if (option == null && argument.length() > 2 && !argument.startsWith("--")) {
      // -ojson, as kubectl accepts it.
      name = argument.substring(0, 2);
      option = spec.option(name);
      equals = 1;
    }
    if (option == null || (option.isSwitch() && equals >= 0)) {
      throw new CommandUsageException("unknown option: '" + argument + "'");
    }
    List<String> values = options.computeIfAbsent(option.key(), key -> new ArrayList<>());
    if (option.isSwitch() || equals >= 0) {
      values.add(option.isSwitch() ? "" : argument.substring(equals + 1));
      return 0;
    }
    if (following.isEmpty()) {
      throw new CommandUsageException(
          "option '" + name + "' needs a value (" + option.value() + ")");
    }
    values.add(following.get(0));
    return 1;
  }

  private void checkCount(CommandSpec spec) {
    if (positional.size() < spec.atLeast()) {
      throw new CommandUsageException("missing argument: " + spec.parameterName());
    }
    if (positional.size() > spec.atMost()) {
      throw new CommandUsageException(
          "unexpected argument: '" + positional.get(spec.atMost()) + "'");
    }
  }

  boolean has(String option) {
    return options.containsKey(option);
  }

  /** Returns the last value of an option. */
  Optional<String> value(String option) {
    List<String> values = all(option);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
  }

  /** Returns all values of an option, in their order. */
  List<String> all(String option) {
    return options.getOrDefault(option, List.of());
  }

  List<String> positional() {
    return positional;
  }

  /** Returns the value of an option that must be a positive number. */
  Optional<Integer> number(String option) {
    Optional<String> text = value(option);
    if (text.isPresent() && !text.get().matches("[1-9]\\d{0,8}")) {
      throw new CommandUsageException(
          option + ": must be a positive number, not '" + text.get() + "'");
    }
    return text.map(Integer::valueOf);
  }

  /** Returns the value of an option that must be one of some words. */
  String choice(String option, String fallback, String... allowed) {
    String value = value(option).orElse(fallback);
    if (!List.of(allowed).contains(value)) {
      throw new CommandUsageException(
          option + ": must be one of " + String.join(", ", allowed) + ", not '" + value + "'");
    }
    return value;
  }
}

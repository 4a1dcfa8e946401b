package doni.command;

import doni.command.CommandSpec.OptionSpec;
import java.util.ArrayList;
import java.util.List;

/** {@code doni completion}: prints a completion script for a shell. */
final class CompletionCommand implements ApiCommand {

  /** Commands whose arguments are devices: their names are completed too. */
  private static final String DEVICES =
      "get|describe|events|set|bake|delete|quarantine|release|resync|plan";

  @Override
  public CommandSpec spec() {
    return new CommandSpec(
            "completion", "Prints a completion script for bash or zsh: commands, options, devices.")
        .parameters("bash|zsh", 1, 1)
        .exitCode(0, "printed")
        .exitCode(2, "invalid arguments")
        .example("source <(doni completion bash)")
        .example("doni completion zsh > ~/.zfunc/_doni");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) {
    String shell = arguments.positional().get(0);
    switch (shell) {
      case "bash" -> console.out().print(bash());
      case "zsh" ->
          console
              .out()
              .print("#compdef doni\nautoload -U +X bashcompinit && bashcompinit\n" + bash());
      default -> throw new CommandUsageException("'" + shell + "': must be bash or zsh");
    }
    return DoniClient.OK;
  }

  private static String bash() {
    StringBuilder cases = new StringBuilder();
    for (String name : CommandList.NAMES) {
      cases
          .append("    ")
          .append(name)
          .append(") options='")
          .append(String.join(" ", options(name)))
          .append("' ;;\n");
    }
    return """
    _doni() {
      local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options=
      COMPREPLY=()
      if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W '%s' -- "$word"))
        return
      fi
      case $command in
    %s  esac
      if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
      fi
      case $command in
        %s)
          COMPREPLY=($(compgen -W "$(doni get -o name 2>/dev/null)" -- "$word")) ;;
        *)
          COMPREPLY=($(compgen -f -- "$word")) ;;
      esac
    }
    complete -F _doni doni
    """
        .formatted(String.join(" ", CommandList.NAMES), cases, DEVICES);
  }

  private static List<String> options(String name) {
    List<String> options = new ArrayList<>();
    for (OptionSpec option : CommandList.command(name).spec().options()) {
      options.add(option.key());
    }
    options.add("--help");
    return options;
  }
}

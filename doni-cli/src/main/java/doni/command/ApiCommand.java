package doni.command;

/** A command that calls the service. */
interface ApiCommand {

  /** Returns what it accepts. */
  CommandSpec spec();

  /**
   * Runs the command.
   *
   * @return the exit code
   */
  int run(CommandArguments arguments, CommandConsole console) throws InterruptedException;
}

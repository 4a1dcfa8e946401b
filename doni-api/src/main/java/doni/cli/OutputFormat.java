package doni.cli;

/** Output format of a command; the names are the values of {@code --output}. */
enum OutputFormat {
  /** For people. */
  table,
  /** For programs. */
  json
}

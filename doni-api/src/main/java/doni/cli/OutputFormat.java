package doni.cli;

/** How a command prints what it found; the names are what one types. */
enum OutputFormat {
  /** For people. */
  table,
  /** For programs. */
  json
}

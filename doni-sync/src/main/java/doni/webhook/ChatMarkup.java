package doni.webhook;

/**
 * The markup of a chat.
 *
 * <p>Names and reasons come from owners and backends, so they must not mention people, link
 * anywhere or format the message. They are written as code, in which a chat interprets nothing
 * except its own escapes.
 */
enum ChatMarkup {
  /** Slack interprets {@code &}, {@code <} and {@code >} everywhere, also in code. */
  SLACK {
    @Override
    String code(String text) {
      return quoted(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    @Override
    String link(String url, String label) {
      return "<" + url + "|" + label + ">";
    }
  },
  /**
   * Mattermost shows code as it is, but first replaces Slack's {@code <!channel>} and the like by
   * mentions, and older clients mention people from code.
   */
  MATTERMOST {
    @Override
    String code(String text) {
      return quoted(text.replace("@", "@" + NOTHING).replace("<", "<" + NOTHING));
    }

    @Override
    String link(String url, String label) {
      return "[" + label + "](" + url + ")";
    }
  };

  /** A space without width, which breaks a mention and is not visible. */
  static final String NOTHING = "\u200b";

  private static final int LONGEST = 300;

  /** Returns text of others, on one line. */
  abstract String code(String text);

  /**
   * Returns a link.
   *
   * @param label a text of ours
   */
  abstract String link(String url, String label);

  private static String quoted(String escaped) {
    return "`" + escaped + "`";
  }

  /** Returns text on one line, without the mark that ends code, and of limited length. */
  static String oneLine(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").replace('`', '\'').strip();
    if (line.isEmpty()) {
      return "-";
    }
    return line.codePointCount(0, line.length()) <= LONGEST
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST)) + "...";
  }
}

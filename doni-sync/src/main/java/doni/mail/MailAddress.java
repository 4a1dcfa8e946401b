package doni.mail;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One plain mail address, without a display name, a comment or quotes.
 *
 * <p>An enrollment takes any text as {@code contact_email}, as clients of the original service
 * expect. So it is checked here, before it gets near a header or a command of SMTP: no white space,
 * no line break, no angle bracket, no comma or semicolon.
 *
 * @param text in lower case, so that one mailbox is one address
 */
record MailAddress(String text) {

  private static final int LONGEST = 254;
  private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  private static final String ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";

  private static final Pattern PLAIN =
      Pattern.compile("(?=.{1,64}@)%1$s(?:\\.%1$s)*@%2$s(?:\\.%2$s)+".formatted(ATOM, LABEL));

  /** Reads an address; empty when the text is anything else. */
  static Optional<MailAddress> parse(String text) {
    String address = text.toLowerCase(Locale.ROOT);
    return address.length() <= LONGEST && PLAIN.matcher(address).matches()
        ? Optional.of(new MailAddress(address))
        : Optional.empty();
  }

  String domain() {
    return text.substring(text.indexOf('@') + 1);
  }

  @Override
  public String toString() {
    return text;
  }
}

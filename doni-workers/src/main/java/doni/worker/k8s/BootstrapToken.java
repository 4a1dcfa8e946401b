package doni.worker.k8s;

import doni.enrollment.Secret;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A token with which a device joins the cluster.
 *
 * @param id its public part, which names its secret in the cluster
 * @param secret the part after the dot
 */
public record BootstrapToken(String id, Secret secret) {

  /** The format that the API server and k3s accept: a public id, a dot, and a secret. */
  public static final String PATTERN = "[a-z0-9]{6}\\.[a-z0-9]{16}";

  private static final Pattern COMPILED = Pattern.compile(PATTERN);
  private static final Pattern ID = Pattern.compile("[a-z0-9]{6}");
  private static final int DOT = 6;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Returns a new random token. */
  public static String generate() {
    return characters(6) + '.' + characters(16);
  }

  /** Returns the token; empty when the text is malformed. */
  static Optional<BootstrapToken> parse(Secret text) {
    String value = text.value();
    return COMPILED.matcher(value).matches()
        ? Optional.of(
            new BootstrapToken(value.substring(0, DOT), new Secret(value.substring(DOT + 1))))
        : Optional.empty();
  }

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  private static String characters(int count) {
    return RANDOM
        .ints(count, 0, ALPHABET.length())
        .collect(
            StringBuilder::new,
            (text, index) -> text.append(ALPHABET.charAt(index)),
            StringBuilder::append)
        .toString();
  }
}

package doni.worker.k8s;

import java.security.SecureRandom;

/** The tokens with which devices join the cluster. */
public final class BootstrapTokens {

  /**
   * What a token looks like, as the API server and k3s read it: an id that may be seen, a dot, and
   * a secret.
   */
  public static final String PATTERN = "[a-z0-9]{6}\\.[a-z0-9]{16}";

  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final SecureRandom RANDOM = new SecureRandom();

  private BootstrapTokens() {}

  /** A new token that nobody can guess. */
  public static String generate() {
    return characters(6) + '.' + characters(16);
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

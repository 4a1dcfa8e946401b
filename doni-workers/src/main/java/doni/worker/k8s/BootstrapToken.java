package doni.worker.k8s;

import doni.enrollment.Secret;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A device's bootstrap token.
 *
 * @param id its public part, which names its secret in the cluster
 * @param secret the part behind the dot
 */
record BootstrapToken(String id, Secret secret) {

  private static final Pattern PATTERN = Pattern.compile(BootstrapTokens.PATTERN);
  private static final Pattern ID = Pattern.compile("[a-z0-9]{6}");
  private static final int DOT = 6;

  /** Empty when the text is no token. */
  static Optional<BootstrapToken> parse(Secret text) {
    String value = text.value();
    return PATTERN.matcher(value).matches()
        ? Optional.of(
            new BootstrapToken(value.substring(0, DOT), new Secret(value.substring(DOT + 1))))
        : Optional.empty();
  }

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }
}

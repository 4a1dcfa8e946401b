package doni.worker.k8s;

import java.util.Set;
import java.util.regex.Pattern;

/** The syntax of keys and values of labels and taints, and the keys that belong to others. */
final class LabelSyntax {

  static final String KEY =
      "an optional lower-case DNS name and '/', then 1 to 63 letters, digits, '-', '_' or '.',"
          + " with a letter or digit at both ends";
  static final String VALUE =
      "empty, or at most 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends";

  /** Prefixes of Blazar, Kubernetes and k3s. */
  private static final Set<String> RESERVED =
      Set.of(
          "blazar.openstack.org",
          "kubernetes.io",
          "node.kubernetes.io",
          "node-role.kubernetes.io",
          "beta.kubernetes.io",
          "k3s.io");

  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final Pattern DNS_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final int LONGEST_DNS_NAME = 253;

  private LabelSyntax() {}

  /** Returns whether the text is an RFC 1123 subdomain: a valid Node name or key prefix. */
  static boolean isDnsName(String text) {
    return text.length() <= LONGEST_DNS_NAME && DNS_NAME.matcher(text).matches();
  }

  static boolean isKey(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? NAME.matcher(text).matches()
        : isDnsName(text.substring(0, slash)) && NAME.matcher(text.substring(slash + 1)).matches();
  }

  static boolean isValue(String text) {
    return text.isEmpty() || NAME.matcher(text).matches();
  }

  static boolean isReserved(String key) {
    int slash = key.indexOf('/');
    return slash > 0 && RESERVED.contains(key.substring(0, slash));
  }

  static String reserved() {
    return String.join(", ", RESERVED.stream().sorted().toList());
  }
}

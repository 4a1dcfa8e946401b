package doni.enrollment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The syntax of keys and values of labels and taints, which is that of Kubernetes; and the keys
 * that belong to others.
 */
public final class LabelSyntax {

  public static final String KEY =
      "an optional lower-case DNS name and '/', then 1 to 63 letters, digits, '-', '_' or '.',"
          + " with a letter or digit at both ends";
  public static final String VALUE =
      "empty, or at most 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends";

  /** Labels of a device, of its owner and of the site together. */
  public static final int MAX_LABELS = 64;

  /** Begins the keys of a device's labels that only the site's operators may change. */
  private static final String SITE_PREFIX = "site/";

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
  public static boolean isDnsName(String text) {
    return text.length() <= LONGEST_DNS_NAME && DNS_NAME.matcher(text).matches();
  }

  public static boolean isKey(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? NAME.matcher(text).matches()
        : isDnsName(text.substring(0, slash)) && NAME.matcher(text.substring(slash + 1)).matches();
  }

  public static boolean isValue(String text) {
    return text.isEmpty() || NAME.matcher(text).matches();
  }

  public static boolean isReserved(String key) {
    int slash = key.indexOf('/');
    return slash > 0 && RESERVED.contains(key.substring(0, slash));
  }

  public static String reserved() {
    return String.join(", ", RESERVED.stream().sorted().toList());
  }

  /** Returns whether a label of a device belongs to the site and not to the device's owner. */
  public static boolean isOfSite(String key) {
    return key.startsWith(SITE_PREFIX);
  }

  /** Returns every violation of a device's labels with its path; empty for valid labels. */
  public static List<String> violations(Map<?, ?> labels) {
    List<String> violations = new ArrayList<>();
    if (labels.size() > MAX_LABELS) {
      violations.add("/labels: must not have more than " + MAX_LABELS + " labels");
      return violations;
    }
    labels.forEach((key, value) -> {
      String path = "/labels/" + pathSegment(String.valueOf(key));
      if (!isKey(String.valueOf(key))) {
        violations.add(path + ": the key must be " + KEY);
      }
      if (!(value instanceof String text && isValue(text))) {
        violations.add(path + ": must be a string: " + VALUE);
      }
    });
    return violations;
  }

  /** Escapes a key for a JSON pointer, and shortens one that is too long for a message. */
  private static String pathSegment(String key) {
    String shortened = key.length() <= 100 ? key : key.substring(0, 100) + "...";
    return shortened.replace("~", "~0").replace("/", "~1");
  }
}

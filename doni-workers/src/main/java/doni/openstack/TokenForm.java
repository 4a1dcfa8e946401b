package doni.openstack;

import doni.enrollment.Secret;

/** Tells what may be a token from what cannot be one and is not worth a call. */
public final class TokenForm {

  /** Fernet tokens have some 250 characters, JWS tokens up to 2,000. */
  private static final int LONGEST = 4_096;

  private TokenForm() {}

  /** Keystone's token providers use the alphabets of Base64, plain and for URLs, and dots. */
  public static boolean isPlausible(Secret token) {
    String value = token.value();
    return !value.isEmpty()
        && value.length() <= LONGEST
        && value.chars().allMatch(TokenForm::isLegal);
  }

  private static boolean isLegal(int c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || "-_.+/=~".indexOf(c) >= 0;
  }
}

package doni.policy;

import java.util.List;

/**
 * What a rule says of a caller and a target, and why.
 *
 * @param because the check that decided, as a rule's text
 * @param path the rules that led to it, the one that was asked for first
 */
public record PolicyDecision(boolean allowed, String because, List<Step> path) {

  public PolicyDecision {
    path = List.copyOf(path);
  }

  /**
   * A rule on the way.
   *
   * @param text empty for an undefined rule, which denies
   */
  public record Step(String rule, String text) {}
}

package doni.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The right side of a check: text with places for attributes of the target, {@code %(project_id)s}.
 * {@code %%} is a percent sign.
 */
record TargetTemplate(List<Part> parts) {

  /** Neighbouring texts are one part, so that equal templates have equal parts. */
  sealed interface Part {}

  record Text(String text) implements Part {}

  record Place(String attribute) implements Part {}

  TargetTemplate {
    parts = List.copyOf(parts);
  }

  /**
   * @param offset where {@code source} begins in the rule, for the error's position
   */
  static TargetTemplate parse(String source, int offset) throws RuleSyntaxException {
    List<Part> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < source.length()) {
      char c = source.charAt(at);
      if (c != '%') {
        text.append(c);
        at++;
      } else if (source.startsWith("%%", at)) {
        text.append('%');
        at += 2;
      } else {
        int end = source.indexOf(")s", at);
        if (!source.startsWith("%(", at) || end < 0) {
          throw new RuleSyntaxException("% is not followed by (name)s or %", offset + at);
        }
        addText(parts, text);
        String attribute = source.substring(at + 2, end);
        if (attribute.indexOf('(') >= 0 || attribute.indexOf(')') >= 0) {
          throw new RuleSyntaxException("% is not followed by (name)s or %", offset + at);
        }
        parts.add(new Place(attribute));
        at = end + 2;
      }
    }
    addText(parts, text);
    return new TargetTemplate(parts);
  }

  private static void addText(List<Part> parts, StringBuilder text) {
    if (!text.isEmpty()) {
      parts.add(new Text(text.toString()));
      text.setLength(0);
    }
  }

  /** The attributes of the target that it has places for. */
  Set<String> attributes() {
    Set<String> attributes = new TreeSet<>();
    for (Part part : parts) {
      if (part instanceof Place(String attribute)) {
        attributes.add(attribute);
      }
    }
    return attributes;
  }

  /** Filled in from the target; null when the target lacks an attribute. */
  @Nullable String fill(Map<String, String> target) {
    if (parts.size() == 1) {
      return fill(parts.getFirst(), target);
    }
    StringBuilder filled = new StringBuilder();
    for (Part part : parts) {
      String text = fill(part, target);
      if (text == null) {
        return null;
      }
      filled.append(text);
    }
    return filled.toString();
  }

  private static @Nullable String fill(Part part, Map<String, String> target) {
    return switch (part) {
      case Text(String text) -> text;
      case Place(String attribute) -> target.get(attribute);
    };
  }

  String text() {
    StringBuilder written = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Text(String text) -> written.append(text.replace("%", "%%"));
        case Place(String attribute) -> written.append("%(").append(attribute).append(")s");
      }
    }
    return written.toString();
  }
}

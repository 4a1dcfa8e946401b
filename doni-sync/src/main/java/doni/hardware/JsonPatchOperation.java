package doni.hardware;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation of an RFC 6902 patch.
 *
 * @param path the JSON pointer, split and unescaped: {@code /properties/channels/user} is three
 *     segments
 * @param value an immutable JSON value; null for {@code remove} and for a JSON null
 */
public record JsonPatchOperation(OperationKind kind, List<String> path, @Nullable Object value) {

  /** The operations that clients may use. */
  public enum OperationKind {
    ADD,
    REPLACE,
    REMOVE
  }

  public JsonPatchOperation {
    path = List.copyOf(path);
  }

  /** Returns the path as the client wrote it. */
  public String pointer() {
    StringBuilder pointer = new StringBuilder();
    for (String segment : path) {
      pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }
}

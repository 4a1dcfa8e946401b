package doni.worker;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One property of an enrollment.
 *
 * @param schema JSON schema of its value
 * @param hidden kept out of the public export
 * @param masked shown as a mask to everybody; implies {@code encrypted}
 * @param encrypted encrypted at rest
 * @param fallback what stands in for it when it is absent
 */
public record WorkerField(
    String name,
    Map<String, Object> schema,
    boolean required,
    boolean hidden,
    boolean masked,
    boolean encrypted,
    Fallback fallback) {

  /** What happens when an enrollment comes without the property. */
  public sealed interface Fallback {
    /** Nothing. */
    record None() implements Fallback {}

    /** Its reader takes this value for it; the property itself stays absent. */
    record Declared(Object value) implements Fallback {}

    /** This value is stored at enrollment. */
    record Stored(Object value) implements Fallback {}

    /** A new value is issued at enrollment, and again when it is removed or emptied. */
    record Issued(Supplier<String> source) implements Fallback {}
  }

  public WorkerField {
    schema = Map.copyOf(schema);
    encrypted = encrypted || masked;
  }

  public static WorkerField of(String name, Map<String, Object> schema) {
    return new WorkerField(name, schema, false, false, false, false, new Fallback.None());
  }

  public WorkerField asRequired() {
    return new WorkerField(name, schema, true, hidden, masked, encrypted, fallback);
  }

  public WorkerField asHidden() {
    return new WorkerField(name, schema, required, true, masked, encrypted, fallback);
  }

  public WorkerField asMasked() {
    return new WorkerField(name, schema, required, hidden, true, true, fallback);
  }

  public WorkerField asEncrypted() {
    return new WorkerField(name, schema, required, hidden, masked, true, fallback);
  }

  public WorkerField withFallback(Fallback newFallback) {
    return new WorkerField(name, schema, required, hidden, masked, encrypted, newFallback);
  }

  /** The value that is stored when an enrollment comes without one. */
  public Optional<Object> initial() {
    return switch (fallback) {
      case Fallback.None _, Fallback.Declared _ -> Optional.empty();
      case Fallback.Stored(Object value) -> Optional.of(value);
      case Fallback.Issued(Supplier<String> source) -> Optional.of(source.get());
    };
  }
}

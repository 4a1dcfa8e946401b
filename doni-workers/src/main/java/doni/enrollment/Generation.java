package doni.enrollment;

/** Counts the accepted changes of a device, the first one being its enrollment. */
public record Generation(long value) implements Comparable<Generation> {

  public static final Generation NONE = new Generation(0);
  public static final Generation FIRST = new Generation(1);

  public Generation next() {
    return new Generation(value + 1);
  }

  @Override
  public int compareTo(Generation other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}

package doni.simulator.http;

/** Ends the handling of a request with an answer. */
public final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Answer answer;

  public Refusal(String message, Answer answer) {
    super(message, null, false, false);
    this.answer = answer;
  }

  public Answer answer() {
    return answer;
  }
}

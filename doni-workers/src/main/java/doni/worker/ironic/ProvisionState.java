package doni.worker.ironic;

/** The provision states of a node, as far as they differ in what may be done. */
enum ProvisionState {
  ENROLL,
  VERIFYING,
  MANAGEABLE,
  AVAILABLE,
  /** Deployed. */
  IN_USE,
  /** On its way from available to deployed, between two uses of it, or back. */
  CHANGING_USE,
  /** On its way into the pool, or being looked at; what comes of it is not known yet. */
  IN_TRANSITION,
  /** Cleaning or inspecting failed; it can be taken back to manageable. */
  FAILED,
  ADOPT_FAILED,
  /** Deploying, rescuing or deleting failed: an instance may still be on it. */
  USE_FAILED;

  /** A state that Ironic may get in a later release counts as one that passes. */
  static ProvisionState of(String state) {
    return switch (state) {
      case "enroll" -> ENROLL;
      case "verifying" -> VERIFYING;
      case "manageable" -> MANAGEABLE;
      case "available" -> AVAILABLE;
      case "active", "rescue" -> IN_USE;
      case "deploying",
          "wait call-back",
          "deploy hold",
          "rescuing",
          "rescue wait",
          "unrescuing",
          "servicing",
          "service wait",
          "service hold",
          "rebuild" ->
          CHANGING_USE;
      case "clean failed", "inspect failed" -> FAILED;
      case "adopt failed" -> ADOPT_FAILED;
      case "deploy failed", "rescue failed", "unrescue failed", "service failed", "error" ->
          USE_FAILED;
      default -> IN_TRANSITION;
    };
  }

  boolean hasFailed() {
    return this == FAILED || this == ADOPT_FAILED || this == USE_FAILED;
  }

  boolean passes() {
    return this == VERIFYING || this == CHANGING_USE || this == IN_TRANSITION;
  }

  /** Whether Ironic deletes a node in this state, without maintenance. */
  boolean allowsDeletion() {
    return this == ENROLL || this == MANAGEABLE || this == ADOPT_FAILED;
  }
}

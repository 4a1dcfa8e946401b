package doni.worker.blazar;

import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import java.util.Optional;

/** Whether a resource can be created under the desired name. Blazar never releases a name. */
record NameAvailability(BlazarDesiredState desired, BlazarRecordedState recorded) {

  /** Returns what an earlier creation left that makes Blazar refuse this one. */
  Optional<String> leftover(WriteRefusal refusal) {
    return refusal.is(RefusalReason.LEFTOVER) && desired.kind() == ResourceKind.HOST
        ? Optional.of(
            "an earlier creation of host %s failed half-way; an operator must remove its"
                    .formatted(desired.name())
                + " reservation provider or aggregate entry: "
                + refusal.text())
        : Optional.empty();
  }

  /** Returns why nothing can be created under the name, and what to do about it. */
  Optional<String> unavailable(BlazarObservedState seen) {
    String word = desired.kind().word();
    return seen.namesake()
        .map(this::held)
        .or(() ->
            recorded.isBurnt(desired)
                ? Optional.of(
                    "name %s was used by a deleted %s, and Blazar never releases a name; rename the %s"
                        .formatted(desired.name(), word, word))
                : Optional.empty());
  }

  private String held(BlazarResource namesake) {
    String word = desired.kind().word();
    String uid = namesake.properties().get(BlazarResource.UID);
    return uid == null
        ? "name %s is taken by %s %s, which has no uid, as after a creation that failed half-way; set its uid to %s in Blazar to adopt it, or rename the %s"
            .formatted(desired.name(), word, namesake.id(), desired.uid(), word)
        : "name %s is taken by %s %s with uid %s, and Blazar never releases a name; rename the %s"
            .formatted(desired.name(), word, namesake.id(), uid, word);
  }
}

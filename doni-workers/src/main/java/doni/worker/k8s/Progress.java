package doni.worker.k8s;

import doni.worker.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one attempt has written so far. */
final class Progress {

  private final List<Change> changes = new ArrayList<>();
  private final List<TokenWish> valid = new ArrayList<>();
  private int created;
  private int deleted;

  void wrote(SecretStep step) {
    changes.add(step.change());
    switch (step) {
      case SecretStep.Create(TokenWish wish) -> {
        created++;
        valid.add(wish);
      }
      case SecretStep.Update(TokenWish wish, _) -> valid.add(wish);
      case SecretStep.Delete _ -> deleted++;
    }
  }

  void wrote(List<Change> nodeChanges) {
    changes.addAll(nodeChanges);
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  int createdSecrets() {
    return created;
  }

  int deletedSecrets() {
    return deleted;
  }

  /** The secret that was last written, if one was. */
  Optional<TokenWish> written() {
    return valid.isEmpty() ? Optional.empty() : Optional.of(valid.getLast());
  }
}

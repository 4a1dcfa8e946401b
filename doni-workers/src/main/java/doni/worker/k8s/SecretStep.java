package doni.worker.k8s;

import doni.worker.Change;

/** One write to a bootstrap token secret. */
sealed interface SecretStep {

  Change change();

  /** There is none yet. */
  record Create(TokenWish wish) implements SecretStep {
    @Override
    public Change change() {
      return new Change(
          Change.Action.CREATE, object(wish.token().id()), null, "until " + wish.expires());
    }
  }

  /**
   * It is there and ours, but something about it is wrong.
   *
   * @param wrong for an operator to read
   */
  record Update(TokenWish wish, String wrong) implements SecretStep {
    @Override
    public Change change() {
      return new Change(
          Change.Action.UPDATE, object(wish.token().id()), wrong, "until " + wish.expires());
    }
  }

  /** It is ours and must not be valid any more. */
  record Delete(String id) implements SecretStep {
    @Override
    public Change change() {
      return Change.delete(object(id));
    }
  }

  private static String object(String id) {
    return "secret " + TokenSecrets.name(id);
  }
}

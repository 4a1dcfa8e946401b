package doni.worker.tunelo;

import doni.worker.WriteGate;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import doni.worker.tunelo.TuneloWrite.DeleteChannel;
import java.util.Optional;
import java.util.Set;

/**
 * The only way to a DELETE. Tunelo deletes any port of the site by its uuid, a server's or the hub
 * itself. So the uuid must belong to a channel now, and its key must be one of the device's.
 */
record DeletionGuard(TuneloClient client, Set<String> ownKeys) {

  TuneloWriteResult delete(DeleteChannel write, WriteGate gate) {
    Optional<TuneloChannel> now = client.find(write.channel().uuid());
    if (now.filter(channel -> ownKeys.contains(channel.publicKey())).isEmpty()) {
      return TuneloWriteResult.ABSENT;
    }
    if (write.onlyWithoutHub() && !now.get().hasLostHub()) {
      return TuneloWriteResult.CHANGED;
    }
    return gate.admit(() -> client.delete(now.get().uuid()));
  }
}

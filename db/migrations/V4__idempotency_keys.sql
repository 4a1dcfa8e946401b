-- The hash of a request with an idempotency key covered the secrets of the enrollment without a key, so they could be guessed from a
-- dump. Hashes are keyed from now on, and the old ones are removed: who repeats an older request is told that the name is taken.
-- A row now ends with its hardware, too. The reference is checked at the end of a transaction, because the key is claimed before the
-- hardware is stored.
-- During a rolling upgrade, a replica of the earlier version still writes a hash of the old kind; it is removed after a day, and
-- until then a repetition of that request at an upgraded replica is answered with 409.
-- Locks: writes to idempotency_key and hardware wait for milliseconds. Recovery: none needed, a failed migration leaves nothing behind.

delete from idempotency_key;

create index idempotency_key_hardware on idempotency_key (hardware_uuid);

alter table idempotency_key
  add constraint idempotency_key_hardware_fkey foreign key (hardware_uuid) references hardware on delete cascade
  deferrable initially deferred;

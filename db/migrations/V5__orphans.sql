-- Objects that a site listing shows in a backend although the device whose mark they carry is gone from there: a late write, or a
-- backend that was restored from a backup. The table remembers since when, because one listing proves nothing.
-- Locks: none that matter, the table is new. Recovery: none needed, a failed migration leaves nothing behind.

create table orphan (
  worker_type   text        not null,
  -- What an operator looks for in the backend, for example 'device 7cc05bd0'.
  object        text        not null,
  -- No foreign key: the device is gone.
  hardware_uuid uuid        not null,
  -- The first listing that had it; by the clock of the database.
  first_seen    timestamptz not null,
  -- Null until a later listing had it as well and some minutes have passed.
  found_at      timestamptz,
  constraint orphan_pkey primary key (worker_type, object)
);

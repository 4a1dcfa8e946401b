-- A device can be frozen (quarantine), and can be deleted although a backend is gone (leftovers).
-- Locks: hardware exclusively for a moment; the new columns are null, so no row is rewritten, and the index is on none of them yet.
-- Recovery: drop the table, the index and the columns, and migrate again.

-- Everything would queue behind a migration that waits for a long transaction; so it fails instead, and is tried again.
set local lock_timeout = '10s';

alter table hardware
  add column quarantined_at    timestamptz,
  add column quarantined_by    text,
  add column quarantine_reason text,
  add constraint hardware_quarantine_whole check (
    quarantined_at is not null or (quarantined_by is null and quarantine_reason is null));

create index hardware_quarantined on hardware (quarantined_at) where quarantined_at is not null;

-- What a device that was deleted by force may have left over in the backend of one worker: all that the worker needs to remove it.
create table leftover (
  id              bigint      generated always as identity constraint leftover_pkey primary key,
  -- One forced deletion; the same device can be enrolled and deleted again.
  deletion        uuid        not null,
  -- No foreign key: the device is gone, and its uuid can be enrolled again.
  hardware_uuid   uuid        not null,
  worker_type     text        not null,
  name            text        not null,
  project_id      text        not null,
  hardware_type   text        not null,
  -- Secrets in both stand encrypted, as they stood with the device.
  properties      jsonb       not null,
  state_details   jsonb       not null,
  windows         jsonb       not null,
  generation      bigint      not null,
  created_at      timestamptz not null,
  deleted_at      timestamptz not null,
  deleted_by      text        not null,
  attempts        integer     not null default 0,
  reason          text,
  last_attempt_at timestamptz,
  next_attempt_at timestamptz not null,
  -- Who removes it at the moment, and until when nobody else may.
  claim           uuid,
  claimed_until   timestamptz,
  constraint leftover_claim_whole check ((claim is null) = (claimed_until is null)),
  constraint leftover_once unique (deletion, worker_type)
);

create index leftover_due on leftover (worker_type, next_attempt_at);
create index leftover_device on leftover (hardware_uuid);
create index leftover_name on leftover (lower(name));

-- How far each webhook has told its receiver what happened. It reads the events from there, so nothing is queued for it.
-- Locks: none that matter, the table is new. Recovery: drop it and migrate again; webhooks then begin with what happens next.

create table webhook (
  name            text        constraint webhook_pkey primary key,
  -- SHA-256 of the URL: another one begins anew after it was stopped. The URL itself may hold a secret.
  target          bytea       not null,
  -- The last event that was told, see event.tx and event.id.
  tx              bigint      not null,
  event_id        bigint      not null,
  state           text        not null default 'ACTIVE' constraint webhook_state check (state in ('ACTIVE', 'STOPPED')),
  failures        integer     not null default 0,
  reason          text,
  -- Since when the receiver refuses the next event itself (400, 413, 422); null while it does not.
  refused_since   timestamptz,
  next_attempt_at timestamptz not null default now(),
  last_success_at timestamptz,
  -- The replica that sends, and until when no other one may.
  holder          uuid,
  held_until      timestamptz,
  constraint webhook_hold_whole check ((holder is null) = (held_until is null))
);

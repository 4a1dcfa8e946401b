-- The inventory: what is enrolled, what each worker has made of it, and what happened.
-- Locks: none that matter, all tables are new. Recovery: drop the schema and migrate again.

create table hardware (
  uuid          uuid        constraint hardware_pkey primary key,
  name          text        not null,
  project_id    text        not null,
  hardware_type text        not null,
  -- Values of fields that are encrypted at rest stand as {"$encrypted": "<key id>:<base64>"}.
  properties    jsonb       not null constraint hardware_properties_object check (jsonb_typeof(properties) = 'object'),
  -- Raised by every accepted change and every sync that a person asks for.
  generation    bigint      not null default 1 constraint hardware_generation_positive check (generation > 0),
  created_at    timestamptz not null,
  updated_at    timestamptz,
  deleted_at    timestamptz,
  -- When the generation was last raised.
  requested_at  timestamptz not null
);

-- Letter case does not make a second name: a Kubernetes node's name is the lower-cased hardware name.
create unique index hardware_live_name on hardware (lower(name)) where deleted_at is null;
create index hardware_live_project on hardware (project_id, created_at, uuid) where deleted_at is null;
create index hardware_live_created on hardware (created_at, uuid) where deleted_at is null;

create table availability_window (
  uuid          uuid        constraint availability_window_pkey primary key,
  hardware_uuid uuid        not null constraint availability_window_hardware_fkey references hardware on delete cascade,
  starts_at     timestamptz not null,
  ends_at       timestamptz not null,
  created_at    timestamptz not null,
  updated_at    timestamptz,
  constraint availability_window_order check (starts_at < ends_at)
);

create index availability_window_hardware on availability_window (hardware_uuid, starts_at);

create table worker_task (
  hardware_uuid     uuid        not null constraint worker_task_hardware_fkey references hardware on delete cascade,
  worker_type       text        not null,
  state_details     jsonb       not null default '{}',
  -- The generation that the last finished attempt worked on, and how that attempt ended; 0 and null before the first.
  served_generation bigint      not null default 0,
  -- The generation that the last success worked on: what is above it was asked for and not yet done.
  synced_generation bigint      not null default 0,
  outcome           text        constraint worker_task_outcome check (outcome in ('SYNCED', 'DEFERRED', 'FAILED')),
  reason            text,
  -- Since when the backend is known not to agree; null while it does.
  waiting_since     timestamptz,
  -- Since the last success or, if that is later, since the generation moved; deferrals are counted in both.
  attempts          integer     not null default 0,
  defer_count       integer     not null default 0,
  last_attempt_at   timestamptz,
  last_success_at   timestamptz,
  next_attempt_at   timestamptz,
  version           bigint      not null default 0,
  constraint worker_task_pkey primary key (hardware_uuid, worker_type)
)
-- Every attempt updates its row and no index: with room in the page the update stays there.
with (fillfactor = 70);

create table event (
  id            bigint      generated always as identity constraint event_pkey primary key,
  -- The transaction that wrote it. Ids are given out before they are committed, so who follows the events goes by this first.
  tx            xid8        not null default pg_current_xact_id(),
  -- No foreign key: events outlive the hardware they speak of.
  hardware_uuid uuid        not null,
  at            timestamptz not null,
  kind          text        not null,
  generation    bigint      not null,
  worker_type   text,
  user_id       text,
  project_id    text,
  request_id    text,
  -- Never holds a secret: values of encrypted fields are masked before they come here.
  body          jsonb       not null default '{}'
);

create index event_hardware on event (hardware_uuid, id);
create index event_tx on event (tx, id);
-- Old events are removed by their age; they lie in the table by it.
create index event_at on event using brin (at);

create table sync_run (
  uuid          uuid        constraint sync_run_pkey primary key,
  filter        jsonb       not null default '{}',
  state         text        not null constraint sync_run_state check (state in ('RUNNING', 'PAUSED', 'CANCELLED', 'DONE')),
  total         integer     not null,
  done          integer     not null default 0,
  failed        integer     not null default 0,
  started_at    timestamptz not null,
  ended_at      timestamptz
);

create table idempotency_key (
  project_id    text        not null,
  key           text        not null,
  request_hash  bytea       not null,
  hardware_uuid uuid        not null,
  created_at    timestamptz not null,
  constraint idempotency_key_pkey primary key (project_id, key)
);

create index idempotency_key_created on idempotency_key (created_at);

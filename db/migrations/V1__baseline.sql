-- The schema of the first release: the hardware inventory, its history, the lane queues, resync runs, leftovers and webhooks.
-- Locks: none that matter, all tables are new. Recovery: drop the schema and migrate again.

create table hardware (
  uuid              uuid        constraint hardware_pkey primary key,
  name              text        not null,
  project_id        text        not null,
  hardware_type     text        not null,
  -- Fields that are encrypted at rest are stored as {"$encrypted": "<key id>:<base64>"}.
  properties        jsonb       not null constraint hardware_properties_object check (jsonb_typeof(properties) = 'object'),
  -- Raised by every accepted change and every resync that a person requests.
  generation        bigint      not null default 1 constraint hardware_generation_positive check (generation > 0),
  created_at        timestamptz not null,
  updated_at        timestamptz,
  deleted_at        timestamptz,
  -- When the generation was last raised.
  requested_at      timestamptz not null,
  quarantined_at    timestamptz,
  quarantined_by    text,
  quarantine_reason text,
  constraint hardware_quarantine_whole check (
    quarantined_at is not null or (quarantined_by is null and quarantine_reason is null))
);

-- Names are unique regardless of case: a Kubernetes node's name is the lower-cased hardware name.
create unique index hardware_live_name on hardware (lower(name)) where deleted_at is null;
create index hardware_live_project on hardware (project_id, created_at, uuid) where deleted_at is null;
create index hardware_live_created on hardware (created_at, uuid) where deleted_at is null;
-- A backend that sends notifications knows a device by its name, even after the device was deleted.
create index hardware_deleted_name on hardware (lower(name)) where deleted_at is not null;
create index hardware_quarantined on hardware (quarantined_at) where quarantined_at is not null;

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
  -- The generation that the last success worked on; a higher generation was requested and is not done yet.
  synced_generation bigint      not null default 0,
  outcome           text        constraint worker_task_outcome check (outcome in ('SYNCED', 'DEFERRED', 'FAILED')),
  reason            text,
  -- Since when the backend is known to differ from the desired state; null while they agree.
  waiting_since     timestamptz,
  -- Since the last success or, if that is later, since the generation was raised; both counters include deferrals.
  attempts          integer     not null default 0,
  defer_count       integer     not null default 0,
  last_attempt_at   timestamptz,
  last_success_at   timestamptz,
  next_attempt_at   timestamptz,
  version           bigint      not null default 0,
  constraint worker_task_pkey primary key (hardware_uuid, worker_type)
)
-- Every attempt updates its row and no index: with free space in the page, the update stays there.
with (fillfactor = 70);

create table event (
  id            bigint      generated always as identity constraint event_pkey primary key,
  -- The transaction that wrote it. Ids are assigned before the commit, so readers that follow the events order by tx first.
  tx            xid8        not null default pg_current_xact_id(),
  -- No foreign key: events outlive their hardware.
  hardware_uuid uuid        not null,
  at            timestamptz not null,
  kind          text        not null,
  generation    bigint      not null,
  worker_type   text,
  user_id       text,
  project_id    text,
  request_id    text,
  -- Never holds a secret: values of encrypted fields are masked before they are written here.
  body          jsonb       not null default '{}'
);

create index event_hardware on event (hardware_uuid, id);
create index event_tx on event (tx, id);
-- Retention removes events by age, which is also their physical order.
create index event_at on event using brin (at);

create table idempotency_key (
  project_id    text        not null,
  key           text        not null,
  request_hash  bytea       not null,
  hardware_uuid uuid        not null,
  created_at    timestamptz not null,
  constraint idempotency_key_pkey primary key (project_id, key)
);

create index idempotency_key_created on idempotency_key (created_at);

-- db-scheduler's table as version 16.12 requires it, list-partitioned by task_name: a partition is a lane's queue, so lanes never
-- wait for each other and one UPDATE of the parent reaches all of them.
create table scheduled_tasks (
  task_name            text        not null,
  task_instance        text        not null,
  task_data            bytea,
  execution_time       timestamptz not null,
  picked               boolean     not null,
  picked_by            text,
  last_success         timestamptz,
  last_failure         timestamptz,
  consecutive_failures integer,
  last_heartbeat       timestamptz,
  version              bigint      not null,
  priority             smallint,
  state                text,
  constraint scheduled_tasks_pkey primary key (task_name, task_instance)
) partition by list (task_name);

-- An attempt changes its row three times, so dead row versions are vacuumed long before they are a fifth of the table.
create table sync_fake_worker partition of scheduled_tasks for values in ('fake-worker')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table sync_k8s partition of scheduled_tasks for values in ('k8s')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table sync_tunelo partition of scheduled_tasks for values in ('tunelo')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table sync_blazar_device partition of scheduled_tasks for values in ('blazar.device')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table sync_blazar_physical_host partition of scheduled_tasks for values in ('blazar.physical_host')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table sync_balena partition of scheduled_tasks for values in ('balena')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create table sync_ironic partition of scheduled_tasks for values in ('ironic')
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create index scheduled_tasks_priority_due on scheduled_tasks (priority desc, execution_time);
-- Only running attempts have a heartbeat, so this index holds those rows and no others.
create index scheduled_tasks_running on scheduled_tasks (last_heartbeat) where last_heartbeat is not null;

-- Why a lane is paused (its circuit is open, its kubeconfig is missing), one row per replica.
create table lane_hold (
  worker_type text        not null,
  replica     text        not null,
  reason      text        not null,
  since       timestamptz not null,
  until       timestamptz,
  -- When the replica last reported the pause; a replica that stopped reporting has died.
  seen_at     timestamptz not null,
  constraint lane_hold_pkey primary key (worker_type, replica)
);

-- What the stored columns of a task mean while no attempt runs. The one place that says so: the state that clients see (below) and
-- the task that an attempt is given (doni.task.WorkerTaskReader) are both read from here. A rule here needs no stored state, so no
-- state can become stale.
create view worker_task_at_rest as
select
  t.*,
  h.generation,
  -- No attempt has worked on the current generation yet.
  t.served_generation < h.generation as unattempted,
  -- No attempt has succeeded with the current generation yet: a difference is a requested change, not drift.
  t.synced_generation < h.generation as unsynced,
  case
    when t.served_generation < h.generation then 'PENDING'
    when t.outcome = 'SYNCED' then 'STEADY'
    when t.outcome = 'FAILED' then 'ERROR'
    else 'PENDING'
  end as state_at_rest
from worker_task t
join hardware h on h.uuid = t.hardware_uuid;

-- The state that clients see. An attempt whose replica has sent no heartbeat for 20 s (doni.task.AttemptLiveness) no longer runs:
-- another replica is about to take it over.
create view worker_task_state as
select
  r.*,
  case when q.task_instance is not null then 'IN_PROGRESS' else r.state_at_rest end as state
from worker_task_at_rest r
left join scheduled_tasks q
  on q.picked
  and q.task_name = r.worker_type
  and q.task_instance = r.hardware_uuid::text
  and q.last_heartbeat > now() - interval '20 seconds';

-- Resync runs and the tasks of each: a run's state and progress are computed from them.
create table sync_run (
  uuid         uuid        constraint sync_run_pkey primary key,
  -- The requested filter in a canonical form, so that an equal request can be recognized.
  filter       jsonb       not null constraint sync_run_filter_object check (jsonb_typeof(filter) = 'object'),
  requested_by text        not null,
  total        integer     not null,
  created_at   timestamptz not null,
  -- Since when it runs without a pause; the tasks that it made due have exactly this execution time, and no others do.
  due_at       timestamptz not null,
  paused_at    timestamptz,
  cancelled_at timestamptz,
  -- When it was first observed that every task was attempted. That stays true, so it is not computed again.
  ended_at     timestamptz
);

create index sync_run_created on sync_run (created_at, uuid);

-- No foreign keys to the hardware and its task: a task that no longer exists is done, and a run of a whole site would lock all rows.
create table sync_run_task (
  run_uuid      uuid   not null constraint sync_run_task_run_fkey references sync_run on delete cascade,
  hardware_uuid uuid   not null,
  worker_type   text   not null,
  -- The version of the task once an attempt has ended that began within the run.
  done_version  bigint not null,
  constraint sync_run_task_pkey primary key (run_uuid, hardware_uuid, worker_type)
);

-- What force-deleted hardware may have left behind in the backend of one worker: all that the worker needs to remove it.
create table leftover (
  id              bigint      generated always as identity constraint leftover_pkey primary key,
  -- Identifies one force delete; the same hardware can be enrolled and deleted again.
  deletion        uuid        not null,
  -- No foreign key: the hardware no longer exists, and its uuid can be enrolled again.
  hardware_uuid   uuid        not null,
  worker_type     text        not null,
  name            text        not null,
  project_id      text        not null,
  hardware_type   text        not null,
  -- Secrets in both are encrypted, exactly as they were stored with the hardware.
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
  -- The attempt that removes it now, and until when no other attempt may.
  claim           uuid,
  claimed_until   timestamptz,
  constraint leftover_claim_whole check ((claim is null) = (claimed_until is null)),
  constraint leftover_once unique (deletion, worker_type)
);

create index leftover_due on leftover (worker_type, next_attempt_at);
create index leftover_device on leftover (hardware_uuid);
create index leftover_name on leftover (lower(name));

-- How far each webhook has delivered the events. Its sender reads the events from there, so deliveries need no queue.
create table webhook (
  name            text        constraint webhook_pkey primary key,
  -- SHA-256 of the URL: a new URL restarts a stopped webhook. The URL itself may hold a secret.
  target          bytea       not null,
  -- The last delivered event, see event.tx and event.id.
  tx              bigint      not null,
  event_id        bigint      not null,
  state           text        not null default 'ACTIVE' constraint webhook_state check (state in ('ACTIVE', 'STOPPED')),
  failures        integer     not null default 0,
  reason          text,
  -- Since when the receiver refuses the next event itself (400, 413, 422); null while it does not.
  refused_since   timestamptz,
  next_attempt_at timestamptz not null default now(),
  last_success_at timestamptz,
  -- The replica that sends, and until when no other replica may.
  holder          uuid,
  held_until      timestamptz,
  constraint webhook_hold_whole check ((holder is null) = (held_until is null))
);

-- Runs of a resync, and the tasks that belong to each: a run's state and progress are worked out from them.
-- Locks: sync_run is made anew, which nothing has written to so far; hardware and the queues are not touched.
-- Recovery: drop both tables and migrate again; what runs had made due stays due.

drop table sync_run;

create table sync_run (
  uuid         uuid        constraint sync_run_pkey primary key,
  -- What was asked for, written in one way only, so that the same request can be recognised.
  filter       jsonb       not null constraint sync_run_filter_object check (jsonb_typeof(filter) = 'object'),
  requested_by text        not null,
  total        integer     not null,
  created_at   timestamptz not null,
  -- Since when it runs without a pause; the tasks that it made due have exactly this execution time, and no others.
  due_at       timestamptz not null,
  paused_at    timestamptz,
  cancelled_at timestamptz,
  -- When somebody saw first that every task was attempted. That cannot become untrue, so it need not be worked out again.
  ended_at     timestamptz
);

create index sync_run_created on sync_run (created_at, uuid);

-- No foreign keys to the device and its task: what is gone is done. A run of a whole site would lock them all.
create table sync_run_task (
  run_uuid      uuid   not null constraint sync_run_task_run_fkey references sync_run on delete cascade,
  hardware_uuid uuid   not null,
  worker_type   text   not null,
  -- The version that the task has when an attempt has ended that began within the run.
  done_version  bigint not null,
  constraint sync_run_task_pkey primary key (run_uuid, hardware_uuid, worker_type)
);

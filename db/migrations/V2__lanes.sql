-- db-scheduler's table as its version 16.12 wants it, list-partitioned by task_name: a partition is a lane's queue, so that
-- lanes never wait for each other and one UPDATE of the parent reaches all of them.
-- Locks: none that matter, the tables are new. Recovery: drop them and migrate again.

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

-- A row changes three times in an attempt, so the dead versions are swept up long before they are a fifth of the table.
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
-- Only attempts under way have a heartbeat, so this holds them and nothing else.
create index scheduled_tasks_running on scheduled_tasks (last_heartbeat) where last_heartbeat is not null;

-- A backend that notifies knows a device by its name, also after the device was deleted.
create index hardware_deleted_name on hardware (lower(name)) where deleted_at is not null;

-- Why a lane does no work at the moment (its circuit is open, its kubeconfig is missing), a row a replica.
create table lane_hold (
  worker_type text        not null,
  replica     text        not null,
  reason      text        not null,
  since       timestamptz not null,
  until       timestamptz,
  -- When the replica last said so; one that says it no more has died.
  seen_at     timestamptz not null,
  constraint lane_hold_pkey primary key (worker_type, replica)
);

-- The state that clients see is worked out, never stored, so that nothing can be left stale. An attempt whose replica has sent
-- no heartbeat for 20 s is not running any more: another replica is about to take it over.
create view worker_task_state as
select
  t.*,
  h.generation,
  case
    when q.task_instance is not null then 'IN_PROGRESS'
    when t.served_generation < h.generation then 'PENDING'
    when t.outcome = 'SYNCED' then 'STEADY'
    when t.outcome = 'FAILED' then 'ERROR'
    else 'PENDING'
  end as state
from worker_task t
join hardware h on h.uuid = t.hardware_uuid
left join scheduled_tasks q
  on q.picked
  and q.task_name = t.worker_type
  and q.task_instance = t.hardware_uuid::text
  and q.last_heartbeat > now() - interval '20 seconds';

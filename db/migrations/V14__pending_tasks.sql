-- Marks the tasks whose device has a newer generation than their last attempt worked on, so that an index holds all tasks that may be
-- pending. Whether one is, the view worker_task_state still decides; only the list's filter uses the mark, to find where to look.
-- Triggers keep it, so that it is right whichever statement writes, also one of a replica of the earlier version.
-- Locks: writes to worker_task and hardware wait for the update of the tasks to mark and for the build of the index, about one second
-- for 100,000 devices with four tasks each. Recovery: none needed, a failed migration leaves nothing behind.

-- The generation that an attempt has yet to work on. Null when the last attempt worked on the newest one, and before the first attempt.
alter table worker_task add column pending_generation bigint;

update worker_task t set pending_generation = h.generation
from hardware h
where h.uuid = t.hardware_uuid and t.served_generation < h.generation and t.outcome is not null;

create index worker_task_pending on worker_task (worker_type, hardware_uuid)
  where outcome is null or outcome = 'DEFERRED' or pending_generation is not null;

-- A change and the end of an attempt both lock the device's row first, so neither misses the other.
create function mark_pending_tasks() returns trigger language plpgsql as $$
begin
  update worker_task t set pending_generation = new.generation
  where t.hardware_uuid = new.uuid and t.served_generation < new.generation;
  return null;
end $$;

create trigger hardware_pending_tasks after update of generation on hardware for each row
  when (old.generation is distinct from new.generation) execute function mark_pending_tasks();

create function mark_pending_task() returns trigger language plpgsql as $$
begin
  update worker_task t set pending_generation =
    (select h.generation from hardware h where h.uuid = new.hardware_uuid and h.generation > new.served_generation)
  where t.hardware_uuid = new.hardware_uuid and t.worker_type = new.worker_type;
  return null;
end $$;

-- A migrated task.
create trigger worker_task_pending_new after insert on worker_task for each row
  when (new.outcome is not null) execute function mark_pending_task();

-- A task that is reopened, and the end of an attempt at a replica of the earlier version. The statement of this version ends the mark
-- itself, which spares each attempt the call.
create trigger worker_task_pending_served after update of served_generation on worker_task for each row
  when (new.served_generation < old.served_generation or new.served_generation >= new.pending_generation)
  execute function mark_pending_task();

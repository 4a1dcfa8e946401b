-- Every filter and every order that the API offers for lists of hardware and of events is served by an index, so that a page costs
-- the same on a site of any size. Sorting by name or by the last change sorted all hardware; hardware in a state was found by
-- computing the state of every task; events of one kind, worker or user were found by reading all events.
-- An attempt that ends like the one before it changes no indexed column of its task, so most attempts still update no index.
-- Locks: writes to hardware, worker_task and event wait for the build: about ten seconds for 100,000 devices with four tasks each, and
-- about one second more for 300,000 events. Recovery: none needed, a failed migration leaves nothing behind; the service also works
-- without the indexes, only slower.

create index hardware_live_updated on hardware (coalesce(updated_at, '-infinity'), uuid) where deleted_at is null;
create index hardware_live_project_updated on hardware (project_id, coalesce(updated_at, '-infinity'), uuid)
  where deleted_at is null;
create index hardware_live_name_order on hardware (name, uuid) where deleted_at is null;
create index hardware_live_project_name on hardware (project_id, name, uuid) where deleted_at is null;
create index hardware_live_project_uuid on hardware (project_id, uuid) where deleted_at is null;
create index hardware_live_type on hardware (hardware_type, uuid) where deleted_at is null;
create index hardware_live_project_type on hardware (project_id, hardware_type, uuid) where deleted_at is null;

create index worker_task_lane on worker_task (worker_type, hardware_uuid);
create index worker_task_outcome_lane on worker_task (outcome, worker_type, hardware_uuid);

create index event_kind on event (kind, id);
create index event_worker on event (worker_type, id) where worker_type is not null;
create index event_user on event (user_id, id) where user_id is not null;

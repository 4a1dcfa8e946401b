-- Before a worker creates an object with a key, it asks which other device claims that key, in its properties or in the details of
-- its task. Each of these questions read all hardware and all tasks of the lane, so enrolling a site was quadratic. The indexes
-- have no pending list (fastupdate), because every search would read it, and searches come while many devices are enrolled.
-- Only the tunelo lane asks, so only its tasks are indexed. An attempt that leaves the details as they are still updates no index.
-- Locks: writes to hardware, worker_task and leftover wait for the build, about one second for 100,000 devices.
-- Recovery: none needed, a failed migration leaves nothing behind; the service also works without the indexes, only slower.

create index hardware_properties on hardware using gin (properties jsonb_path_ops) with (fastupdate = off);
create index worker_task_tunelo_details on worker_task using gin (state_details jsonb_path_ops)
  with (fastupdate = off) where worker_type = 'tunelo';
create index leftover_properties on leftover using gin (properties jsonb_path_ops) with (fastupdate = off);
create index leftover_tunelo_details on leftover using gin (state_details jsonb_path_ops)
  with (fastupdate = off) where worker_type = 'tunelo';

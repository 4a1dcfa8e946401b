-- Labels of devices, a search for parts of names, and the events of one project.
-- An owner's and the site's labels are in one column, so that one selector finds both; keys that begin with 'site/' are the site's.
-- The index over the parts of names serves ?q= without an extension: pg_trgm would need the right to create one, which the owner of
-- the schema has not (see roles.sql), and finds no part that is shorter than three characters.
-- An event keeps the project of its device, because it outlives the device. A trigger sets it, so that an event has it whichever
-- statement writes it, also one of a replica of the earlier version. Events from before the migration have none: they are missing in
-- the list of a project and stay in that of their device.
-- Locks: writes to hardware wait for the build of its indexes, about ten seconds for 100,000 devices; writes to event wait for
-- milliseconds.
-- Recovery: none needed, a failed migration leaves nothing behind.

alter table hardware add column labels jsonb not null default '{}'
  constraint hardware_labels_object check (jsonb_typeof(labels) = 'object');

-- Few devices have the same labels. With the usual sample, Postgres takes a label of one in a thousand devices for ten times as frequent,
-- and reads the devices in the order of the list instead.
alter table hardware alter column labels set statistics 1000;

-- No pending list (fastupdate), because every search would read it.
create index hardware_labels on hardware using gin (labels) with (fastupdate = off);

-- Every part of a name in lower case that has one to three characters. PL/pgSQL is several times as fast as one query.
create function name_parts(name text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
  lowered text := lower(name);
  parts text[] := '{}';
begin
  for start in 1..length(lowered) loop
    for size in 1..least(3, length(lowered) - start + 1) loop
      parts := parts || substr(lowered, start, size);
    end loop;
  end loop;
  return parts;
end $$;

create index hardware_live_name_parts on hardware using gin (name_parts(name)) with (fastupdate = off)
  where deleted_at is null;

-- Postgres does not use the statistics of expressions in partial indexes: without its own, it takes every part of a name for rare, and
-- a third of the hardware for recently changed.
create statistics hardware_name_parts on name_parts(name) from hardware;
create statistics hardware_updated on coalesce(updated_at, '-infinity') from hardware;

alter table event add column hardware_project_id text;

create function event_hardware_project() returns trigger language plpgsql as $$
begin
  select h.project_id into new.hardware_project_id from hardware h where h.uuid = new.hardware_uuid;
  if not found then
    -- Of a device that is gone, the event before knows it.
    select e.hardware_project_id into new.hardware_project_id from event e
    where e.hardware_uuid = new.hardware_uuid order by e.id desc limit 1;
  end if;
  return new;
end $$;

create trigger event_hardware_project before insert on event for each row execute function event_hardware_project();

create index event_hardware_project on event (hardware_project_id, id) where hardware_project_id is not null;

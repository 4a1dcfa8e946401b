-- Whether each device responds: what each source last said about it, what is published, its history, and the losses of many devices
-- at once. Old replicas neither read nor write these tables.
-- Locks: none that matter, all tables are new. Recovery: none needed, a failed migration leaves nothing behind.

-- The last thing that a source said about a device. Written only when that changes, so a steady fleet costs no writes.
create table device_signal (
  hardware_uuid uuid        not null constraint device_signal_hardware_fkey references hardware on delete cascade,
  -- The type of the worker that reports.
  source        text        not null,
  status        text        not null constraint device_signal_status
    check (status in ('RESPONDS', 'IMPAIRED', 'SILENT', 'NEVER_RESPONDED')),
  reason        text        not null,
  -- Since when the source says so; by the clock of the database.
  since         timestamptz not null,
  -- When the device last responded, as far as the source knows; while it responds, device_signal_source.confirmed_at if that is later.
  responded_at  timestamptz,
  constraint device_signal_pkey primary key (hardware_uuid, source)
);

-- When each source last confirmed all its signals. A source that has not done so for a while cannot see its devices: what it said
-- before then is not evidence of anything now.
create table device_signal_source (
  source       text        constraint device_signal_source_pkey primary key,
  confirmed_at timestamptz not null
);

-- The loss of many devices within seconds, which is one event and not one for each device. At most one is open.
create table availability_incident (
  id         bigint      generated always as identity constraint availability_incident_pkey primary key,
  began_at   timestamptz not null,
  -- When a device last joined it.
  grown_at   timestamptz not null,
  ended_at   timestamptz,
  devices    integer     not null
);

create unique index availability_incident_open on availability_incident ((ended_at is null)) where ended_at is null;

-- What is published about a device. Hardware without a row was never seen; it gets one within a minute.
create table device_availability (
  hardware_uuid uuid        constraint device_availability_pkey primary key
    constraint device_availability_hardware_fkey references hardware on delete cascade,
  availability  text        not null constraint device_availability_value
    check (availability in ('ONLINE', 'DEGRADED', 'OFFLINE', 'NEVER_SEEN')),
  since         timestamptz not null,
  reason        text        not null,
  -- When to assess the device again; null while only a new signal can change what is published.
  assess_at     timestamptz,
  -- The open incident in which the device was lost.
  incident_id   bigint      constraint device_availability_incident_fkey references availability_incident on delete set null
)
with (fillfactor = 70);

create index device_availability_due on device_availability (assess_at) where assess_at is not null;
create index device_availability_status on device_availability (availability, hardware_uuid);
create index device_availability_members on device_availability (incident_id) where incident_id is not null;

-- The history of what was published. The interval that lasts has no end.
create table availability_interval (
  hardware_uuid uuid        not null constraint availability_interval_hardware_fkey references hardware on delete cascade,
  began_at      timestamptz not null,
  ended_at      timestamptz,
  availability  text        not null,
  constraint availability_interval_pkey primary key (hardware_uuid, began_at)
);

create index availability_interval_ended on availability_interval (ended_at) where ended_at is not null;

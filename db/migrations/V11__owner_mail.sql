-- Mail to the owners of devices: which problems a device has, which of them its contact was told, and what each address may get.
-- A problem is worked out again and again from the other tables, so nothing is lost with a replica; a row says that it was told once.
-- Old replicas neither read nor write these tables.
-- Locks: none that matter, all tables are new. Recovery: none needed, a failed migration leaves nothing behind.

create table owner_notification (
  hardware_uuid     uuid        not null constraint owner_notification_hardware_fkey references hardware on delete cascade,
  cause             text        not null constraint owner_notification_cause check (cause in ('OFFLINE', 'STUCK', 'NEEDS_BAKE')),
  since             timestamptz not null,
  -- For the owner to read. Null while a device is not ready yet and may become so in time.
  reason            text,
  advice            text,
  -- The loss of many devices to which this one belongs.
  incident_id       bigint      constraint owner_notification_incident_fkey references availability_incident on delete set null,
  -- Null while the problem lasts.
  ended_at          timestamptz,
  -- The address that was told of the problem, and not yet of its end; in lower case.
  announced_to      text,
  -- Stays after the end, because a device has a quiet period.
  last_announced_at timestamptz,
  constraint owner_notification_pkey primary key (hardware_uuid, cause)
);

create index owner_notification_incident on owner_notification (incident_id) where incident_id is not null;

-- What an address got, and when it may get more. Removed a day after the last of it.
create table mail_recipient (
  -- In lower case.
  address        text        constraint mail_recipient_pkey primary key,
  -- Until when no further problem is announced.
  quiet_until    timestamptz,
  -- When the address was last told that devices are back.
  last_return_at timestamptz,
  -- Until when nothing is sent, because the mail server refused the address.
  refused_until  timestamptz,
  refusals       integer     not null default 0,
  -- Problems that began and ended without a mail since the last one.
  untold         integer     not null default 0
);

-- The replica that sends, for a while at a time, and how the mail server does. One row.
create table mail_dispatch (
  only_row        boolean     not null default true constraint mail_dispatch_pkey primary key
    constraint mail_dispatch_only_row check (only_row),
  holder          uuid,
  held_until      timestamptz,
  next_attempt_at timestamptz not null default now(),
  failures        integer     not null default 0,
  -- Since when the mail server has taken nothing; null while it works.
  failing_since   timestamptz
);

insert into mail_dispatch default values;

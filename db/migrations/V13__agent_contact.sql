-- When the agent on a device last asked Doni for its device, with the device's own application credential. Written once a minute
-- for a device, in batches. Old replicas neither read nor write it.
-- Locks: none that matter, the table is new. Recovery: none needed, a failed migration leaves nothing behind.

create table agent_contact (
  hardware_uuid uuid        constraint agent_contact_pkey primary key
    constraint agent_contact_hardware_fkey references hardware on delete cascade,
  contact_at    timestamptz not null
)
with (fillfactor = 70);

-- The replicas share the listings of a backend: each lane's row says when one of them last listed the whole site, so that however
-- many replicas run, the site is listed once a minute.
-- Locks: none that matter, the table is new. Recovery: none needed, a failed migration leaves nothing behind.

create table site_listing (
  worker_type text        constraint site_listing_pkey primary key,
  -- When a replica last began to list the site; by the clock of the database.
  listed_at   timestamptz not null
);

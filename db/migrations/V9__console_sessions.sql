-- The sessions of the web console, as Spring Session (JDBC) defines them, so that a session survives a restart and works on every
-- replica. A stored id opens no session: the cookie also has a signature with a key that is not in the database. Values are encrypted.
-- Locks: none that matter, the tables are new. Recovery: none needed, a failed migration leaves nothing behind. Every row may be deleted
-- at any time; its user logs in again.

create table spring_session (
  primary_id            char(36)     not null,
  session_id            char(36)     not null,
  -- Milliseconds since 1970, by the clock of the replica.
  creation_time         bigint       not null,
  last_access_time      bigint       not null,
  -- Seconds.
  max_inactive_interval int          not null,
  expiry_time           bigint       not null,
  -- Unused: the console does not look up sessions by user.
  principal_name        varchar(100),
  constraint spring_session_pkey primary key (primary_id)
);

create unique index spring_session_session_id_idx on spring_session (session_id);
create index spring_session_expiry_time_idx on spring_session (expiry_time);

create table spring_session_attributes (
  session_primary_id char(36)     not null,
  attribute_name     varchar(200) not null,
  attribute_bytes    bytea        not null,
  constraint spring_session_attributes_pkey primary key (session_primary_id, attribute_name),
  constraint spring_session_attributes_session_fkey foreign key (session_primary_id)
    references spring_session (primary_id) on delete cascade
);

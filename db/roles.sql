-- Two roles for the database of Doni, so that the service cannot change its schema:
--   doni_migrator   owns the tables and may make and change them; used for migrations only
--   doni_app        reads and writes rows, and nothing else
--
-- Run it as a superuser in the database of Doni, before the first start or later, as often as wanted:
--   psql -d doni -f db/roles.sql
-- then give both a password (\password doni_migrator, \password doni_app), and the service both of them:
--   spring.datasource.username=doni_app        spring.datasource.password=...
--   spring.flyway.user=doni_migrator           spring.flyway.password=...
-- Tables that stand already are given to doni_migrator; a service that runs as their owner until now is stopped before, unless
-- that one is a superuser. A replica with spring.flyway.enabled=false needs no migrator; another one must have migrated before.

do $$
declare
  thing record;
begin
  if not exists (select from pg_roles where rolname = 'doni_migrator') then
    create role doni_migrator login;
  end if;
  if not exists (select from pg_roles where rolname = 'doni_app') then
    create role doni_app login;
  end if;
  execute format('revoke create, temporary on database %I from public', current_database());
  execute format('grant connect on database %I to doni_migrator, doni_app', current_database());
  -- Partitions too; indexes and sequences follow their tables.
  for thing in
    select c.oid::regclass as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and c.relowner <> 'doni_migrator'::regrole
  loop
    execute format('alter table %s owner to doni_migrator', thing.name);
  end loop;
end $$;

revoke create on schema public from public;
grant usage, create on schema public to doni_migrator;
grant usage on schema public to doni_app;

-- What migrations make from now on, and what they have made.
alter default privileges for role doni_migrator in schema public
  grant select, insert, update, delete on tables to doni_app;
grant select, insert, update, delete on all tables in schema public to doni_app;

-- The record of the migrations is written by the migrator alone (each migration sees to that again) and read by all.
do $$
begin
  if to_regclass('public.flyway_schema_history') is not null then
    revoke insert, update, delete on public.flyway_schema_history from doni_app;
  end if;
end $$;

-- Two database roles for Doni, so that the service cannot change its own schema:
--   doni_migrator   owns the tables and may create and alter them; used for migrations only
--   doni_app        reads and writes rows, and nothing else
--
-- Run it as a superuser in Doni's database, before the first start or later, as often as you like:
--   psql -d doni -f db/roles.sql
-- Then set a password for each role (\password doni_migrator, \password doni_app) and configure both in the service:
--   spring.datasource.username=doni_app        spring.datasource.password=...
--   spring.flyway.user=doni_migrator           spring.flyway.password=...
-- Existing tables change their owner to doni_migrator. Stop a service that still runs as their old owner first, unless that owner is
-- a superuser. A replica with spring.flyway.enabled=false needs no migrator; another replica must have migrated the schema before.

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

-- Tables that migrations create from now on, and those that they have created.
alter default privileges for role doni_migrator in schema public
  grant select, insert, update, delete on tables to doni_app;
grant select, insert, update, delete on all tables in schema public to doni_app;

-- Only the migrator writes the migration history (afterMigrate.sql enforces that after each migration); both roles read it.
do $$
begin
  if to_regclass('public.flyway_schema_history') is not null then
    revoke insert, update, delete on public.flyway_schema_history from doni_app;
  end if;
end $$;

-- After each migration: only the owner of the schema may write the migration history, whatever default privileges the database
-- grants on new tables. A service whose role is not the owner (see roles.sql) can still read it. With a single role, nothing changes.
do $$
declare
  grantee text;
begin
  for grantee in
    select distinct case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end
    from pg_class c cross join lateral aclexplode(c.relacl) a
    where c.oid = '${flyway:table}'::regclass and a.grantee <> c.relowner
      and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
      and pg_has_role(current_user, c.relowner, 'USAGE')
  loop
    execute format('revoke insert, update, delete, truncate on %s from %s', '${flyway:table}'::regclass, grantee);
  end loop;
end $$;

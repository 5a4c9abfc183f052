-- What names of databases and roles go into is built by the server itself (format), never by us.

-- name: create_database
select format('create database %I template template0 encoding ''UTF8''', $1::text);

-- name: role_exists
select exists (select 1 from pg_roles where rolname = $1);

-- name: create_login_role
select format('create role %I login nosuperuser nocreatedb nocreaterole nobypassrls', $1::text);

-- name: set_password
select format('alter role %I login password %L', $1::text, $2::text);

-- name: is_member
select exists (
    select 1 from pg_auth_members m
    where m.roleid = (select oid from pg_roles where rolname = $1)
      and m.member = (select oid from pg_roles where rolname = $2)
);

-- name: let_take
select format('grant %I to %I with inherit false, set true', $1::text, $2::text);

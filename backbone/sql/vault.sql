-- name: pseudonym
select token from vault.pseudonym where lookup = $1;

-- name: add_pseudonym
insert into vault.pseudonym (lookup, token) values ($1, $2) on conflict (lookup) do nothing;

-- name: key_of
select key_id, wrapped, wrapped_by from vault.data_key where person = $1 and matter = $2;

-- name: add_key
insert into vault.data_key (key_id, person, matter, wrapped, wrapped_by)
select $1, $2, $3, $4, $5 where not exists (select 1 from vault.tombstone where person = $2)
on conflict (person, matter) do nothing;

-- name: keys_by_id
select key_id, person, matter, wrapped, wrapped_by from vault.data_key where key_id = any($1::bytea[]);

-- name: close_vault
-- Keys that are being made now are waited for; those made afterwards see the tombstone.
lock table vault.data_key in share row exclusive mode;

-- name: bury
insert into vault.tombstone (person) values ($1) on conflict (person) do nothing;

-- name: close_matters
-- A matter that names the person and has no text key yet gets none any more.
insert into vault.data_key (key_id, person, matter, wrapped, wrapped_by, destroyed_at)
select sha256(convert_to(matter, 'UTF8')), '', matter, null, '', now() from vault.data_key where person = $1
on conflict (person, matter) do nothing;

-- name: destroy
update vault.data_key set wrapped = null, destroyed_at = now()
where wrapped is not null
  and (person = $1 or (person = '' and matter in (select matter from vault.data_key where person = $1)))
returning key_id;

-- name: pseudonym
select token from vault.pseudonym where lookup = $1;

-- name: add_pseudonym
insert into vault.pseudonym (lookup, token) values ($1, $2) on conflict (lookup) do nothing;

-- name: key_of
select key_id, wrapped, wrapped_by from vault.data_key where person = $1 and matter = $2;

-- name: add_key
insert into vault.data_key (key_id, person, matter, wrapped, wrapped_by)
select $1, $2, $3, $4, $5
where not exists (select 1 from vault.tombstone where person = $2)
  and not exists (select 1 from vault.retired_wrapping where name = $5)
on conflict (person, matter) do nothing;

-- name: is_erased
select exists (select 1 from vault.tombstone where person = $1);

-- name: keys_by_id
select key_id, person, matter, wrapped, wrapped_by from vault.data_key where key_id = any($1::bytea[]);

-- name: erase
select vault.erase($1, $2, $3, $4, $5, $6::text[]);

-- name: tombstone
select person, who, why, matters, at, also from vault.tombstone where person = $1;

-- name: is_known
select exists (select 1 from vault.pseudonym where token = $1) or exists (select 1 from vault.data_key where person = $1)
    or exists (select 1 from vault.tombstone where person = $1);

-- name: doomed_matters
select distinct matter from vault.data_key where person = $1 order by matter;

-- name: doomed_keys
select count(*) filter (where person <> '') as keys, count(*) filter (where person = '') as texts
from vault.data_key
where wrapped is not null and (person = $1 or (person = '' and matter = any($2::text[])));

-- name: destroyed_under
select distinct wrapped_by from vault.data_key where wrapped is null and wrapped_by <> '';

-- name: retire
insert into vault.retired_wrapping (name) select unnest($1::text[]) on conflict (name) do nothing;

-- name: hold_keys
lock table vault.data_key in share row exclusive mode;

-- name: count_under
select count(*) from vault.data_key where wrapped is not null and wrapped_by = any($1::text[]);

-- name: wrapped_under
select key_id, person, matter, wrapped, wrapped_by from vault.data_key
where wrapped is not null and wrapped_by = any($1::text[]) and key_id > $2
order by key_id limit $3
for update;

-- name: rewrap
update vault.data_key k set wrapped = n.wrapped, wrapped_by = $3
from unnest($1::bytea[], $2::bytea[]) as n (key_id, wrapped)
where k.key_id = n.key_id and k.wrapped is not null;

-- name: sweep
vacuum vault.data_key;

-- name: lock_erasing
select pg_try_advisory_lock(hashtextextended('liandong.vault.erase', 0));

-- name: positions
select partition, ledger_offset from vault.erasure_position;

-- name: put_position
insert into vault.erasure_position (partition, ledger_offset) values ($1, $2)
on conflict (partition) do update set ledger_offset = excluded.ledger_offset;

-- name: keys_of_person
select key_id, person, matter, wrapped, wrapped_by from vault.data_key where person = $1 and wrapped is not null;

-- name: texts_of
select matter from vault.data_key where person = '' and wrapped is not null and matter = any($1::text[]) order by matter;

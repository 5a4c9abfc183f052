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

-- name: erase
select vault.erase($1);

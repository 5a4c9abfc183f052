-- name: agency_of_token
select agency from door.token
where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now());

-- name: add_token
insert into door.token (hash, agency, label) values ($1, $2, $3)
on conflict (hash) do nothing;

-- name: expire_token
update door.token set expires_at = now() + $2 where hash = $1;

-- name: retire_tokens
update door.token set expires_at = now() + $4
where agency = $1 and label = $2 and hash <> $3 and revoked_at is null
    and (expires_at is null or expires_at > now() + $4);

-- name: revoke_tokens
update door.token set revoked_at = now()
where agency = $1 and ($2::text is null or label = $2) and revoked_at is null
    and (expires_at is null or expires_at > now());

-- name: tokens
select hash, agency, label, created_at, expires_at, revoked_at,
    revoked_at is null and (expires_at is null or expires_at > now()) as valid
from door.token
where $1::text is null or agency = $1
order by agency, label, created_at;

-- name: is_registered
select exists (select 1 from door.agency where code = $1);

-- name: next_serial
insert into door.serial as s (agency, day, last) values ($1, $2, 1)
on conflict (agency, day) do update set last = s.last + 1
returning last;

-- name: reach_serial
insert into door.serial as s (agency, day, last) values ($1, $2, $3)
on conflict (agency, day) do update set last = excluded.last where s.last < excluded.last;

-- name: opening
select matter from door.opening where agency = $1 and event_id = $2;

-- name: add_opening
insert into door.opening (agency, event_id, matter) values ($1, $2, $3)
on conflict (agency, event_id) do nothing
returning matter;

-- name: agencies_beyond
select seq, value from door.agency where seq > $1 order by seq;

-- name: lock
select pg_advisory_lock(hashtextextended('liandong.migrate', 0));

-- name: unlock
select pg_advisory_unlock(hashtextextended('liandong.migrate', 0));

-- name: exists
select to_regclass('stack.migration') is not null;

-- name: applied
select source, name, checksum from stack.migration order by source, name;

-- name: note
insert into stack.migration (source, name, checksum) values ($1, $2, $3);

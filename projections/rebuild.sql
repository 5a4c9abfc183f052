-- name: lock_rebuild
select pg_try_advisory_lock(hashtextextended('liandong.rebuild', 0));

-- name: unlock_rebuild
select pg_advisory_unlock(hashtextextended('liandong.rebuild', 0));

-- name: become_projector
select set_config('role', stack.role('projector'), false);

-- name: positions
select partition, ledger_offset, number, received_at, inbound_offset
from views.fold_position where fold = $1 order by partition;

-- name: analyze
-- Whoever reads the new tables after the switch shall have plans for them as they are.
analyze views_next.fold_position, views_next.matter, views_next.matter_agency, views_next.clocks,
        views_next.inbox, views_next.timeline, views_next.personal, views_next.digest, views_next.digest_case;

-- name: lock_live
-- Nobody writes to the live views from here on; reading goes on, for EXCLUSIVE does not stand in its way.
lock table views.fold_position, views.matter, views.matter_agency, views.clocks, views.inbox, views.timeline,
           views.personal, views.digest, views.digest_case in exclusive mode;

-- name: define_digest
-- Rows and an order-independent digest of a table's content, over the columns that both versions have.
create function pg_temp.digest(schema_ text, table_ text) returns table (n bigint, content numeric)
language plpgsql as $$
declare
    shared text;
begin
    select string_agg(format('%I', a.column_name), ', ' order by a.column_name) into shared
    from information_schema.columns a
    join information_schema.columns b
      on b.table_schema = 'views_next' and b.table_name = table_ and b.column_name = a.column_name
    where a.table_schema = 'views' and a.table_name = table_;
    return query execute format(
        'select count(*), coalesce(sum(hashtextextended(row(%s)::text, 0)::numeric), 0) from %I.%I',
        shared, schema_, table_);
end
$$;

-- name: digest
select n, content from pg_temp.digest($1, $2);

-- name: switch_old
alter schema views rename to views_old;

-- name: switch_next
alter schema views_next rename to views;

-- name: drop_old
drop schema if exists views_old cascade;

-- name: matters
-- The folded states of these matters.
select matter, folded from processors.matter where matter = any($1::text[]);

-- name: seen
-- What was already recorded under these event ids.
select s.agency, s.matter, s.event_id, s.content_hash
from unnest($1::text[], $2::text[], $3::text[]) as asked(agency, matter, event_id)
join processors.seen_fact s using (matter, agency, event_id);

-- name: parked
-- What waits for a mend of this matter, in the order it came.
select partition, inbound_offset, matter, agency, event_id, kind, received_at, stamp_key, value
from processors.parked where matter = $1 order by received_at, inbound_offset;

-- name: due_matters
-- Matters with an alarm at or before this instant, the most overdue first.
select matter from processors.clock
where partition = $1 and next_alarm <= $2
group by matter order by min(next_alarm), matter limit $3;

-- name: next_alarm
-- The partition's next alarm.
select min(next_alarm) from processors.clock where partition = $1 and next_alarm is not null;

-- name: markers
-- The markers that took effect in a partition, in their order.
select value, received_at from processors.marker where partition = $1 order by number;

-- name: stale_matters
-- Matters beyond $4 with a running clock that a calendar before $2 counted and that ends after $3.
select matter from processors.clock
where partition = $1 and state = 'RUNNING' and calendar < $2 and due > $3 and matter > $4
group by matter order by matter limit $5;

-- name: end_blockers
-- Ends the sessions of former owners that keep this backend waiting.
select pg_terminate_backend(a.pid) from pg_stat_activity a
where a.pid = any(pg_blocking_pids($1)) and a.application_name = $2;

-- name: put_matters
insert into processors.matter (matter, partition, procedure, state, seq, holder, held, folded)
select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bool[], $8::bytea[])
on conflict (matter) do update set
    procedure = excluded.procedure, state = excluded.state, seq = excluded.seq,
    holder = excluded.holder, held = excluded.held, folded = excluded.folded;

-- name: put_seen
insert into processors.seen_fact (matter, agency, event_id, content_hash, outcome)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[])
on conflict (matter, agency, event_id, content_hash) do update set outcome = excluded.outcome;

-- name: put_clocks
insert into processors.clock (clock, matter, partition, rule, state, responsible, due, calendar, next_alarm)
select * from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::int[], $9::bigint[])
on conflict (clock) do update set
    state = excluded.state, due = excluded.due, calendar = excluded.calendar, next_alarm = excluded.next_alarm;

-- name: put_parked
insert into processors.parked (partition, inbound_offset, matter, agency, event_id, kind, reason, detail, received_at, stamp_key, value)
select * from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::bytea[])
on conflict (matter, inbound_offset) do update set reason = excluded.reason, detail = excluded.detail;

-- name: release_parked
-- A mend skipped one record (or none, null) and decided the rest in order, up to the last $3 that still wait.
delete from processors.parked
where matter = $1 and inbound_offset not in (
    select inbound_offset from processors.parked
    where matter = $1 and inbound_offset is distinct from $2::bigint
    order by received_at desc, inbound_offset desc limit $3::bigint
);

-- name: put_marker
insert into processors.marker (partition, number, kind, seq, received_at, value)
values ($1, $2, $3, $4, $5, $6)
on conflict (partition, number) do nothing;

-- name: put_versions
insert into processors.partition_versions (partition, rulebook, calendar, agencies)
values ($1, $2, $3, $4)
on conflict (partition) do update set
    rulebook = excluded.rulebook, calendar = excluded.calendar, agencies = excluded.agencies;

-- name: put_receipt
insert into door.receipt as r (agency, matter, event_id, content_hash, partition, inbound_offset, outcome, complete,
    fact_type, seq, hash, received_at, parts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (agency, matter, event_id, content_hash) do update
set partition = excluded.partition, inbound_offset = excluded.inbound_offset, outcome = excluded.outcome,
    complete = excluded.complete, fact_type = excluded.fact_type, seq = excluded.seq, hash = excluded.hash,
    received_at = excluded.received_at, parts = excluded.parts
where r.outcome = 'waiting';

-- name: add_parts
update door.receipt set parts = parts || $4::bytea[]
where partition = $1 and inbound_offset = $2 and event_id = $3 and not complete;

-- name: complete
update door.receipt set complete = true
where partition = $1 and inbound_offset = $2 and not complete;

-- name: skip
update door.receipt set outcome = 'skipped', parts = parts || $3::bytea[], inbound_offset = $4
where partition = $1 and inbound_offset = $2 and outcome = 'waiting';

-- name: receipt_of_content
select agency, matter, event_id, outcome, fact_type, seq, hash, received_at, parts from door.receipt
where agency = $1 and matter = $2 and event_id = $3 and content_hash = $4 and complete;

-- name: first_receipt
select agency, matter, event_id, outcome, fact_type, seq, hash, received_at, parts from door.receipt
where agency = $1 and event_id = $2 and complete
order by received_at, inbound_offset
limit 1;

-- name: put_agency
insert into door.agency as a (code, seq, value) values ($1, $2, $3)
on conflict (code) do update set seq = excluded.seq, value = excluded.value where a.seq < excluded.seq;

-- name: receipts_after
select r.agency, r.matter, r.event_id, r.content_hash, r.partition, r.inbound_offset, r.outcome, r.fact_type, r.seq,
    r.hash, r.received_at, r.parts
from door.fold_position as p
left join unnest($2::int[], $3::bigint[], $4::text[], $5::bytea[]) as c (partition, place, event_id, content_hash)
    on c.partition = p.partition
cross join lateral (
    select * from door.receipt as mine
    where mine.agency = $1 and mine.partition = p.partition and mine.complete
        and (mine.inbound_offset, mine.event_id, mine.content_hash)
            > (coalesce(c.place, -1), coalesce(c.event_id, ''), coalesce(c.content_hash, ''::bytea))
    order by mine.inbound_offset, mine.event_id, mine.content_hash
    limit $6
) as r
where p.fold = 'receipts'
order by r.partition, r.inbound_offset, r.event_id, r.content_hash;

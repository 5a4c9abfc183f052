-- name: list
-- What waits for a mend, of one matter or (null) of all.
select matter, partition, inbound_offset, agency, event_id, kind, reason, detail, received_at, stamp_key, value
from processors.parked
where $1::text is null or matter = $1
order by matter, received_at, inbound_offset;

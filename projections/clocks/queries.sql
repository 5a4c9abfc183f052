-- name: clocks
select to_json(c)::text as row from clocks c where c.clock = any($1::text[]);

-- name: put_clocks
insert into clocks
select r.* from json_populate_recordset(null::clocks, $1::json) r
on conflict (clock) do update set
    due = excluded.due, due_date = excluded.due_date, state = excluded.state, open = excluded.open,
    paused_at = excluded.paused_at, pauses = excluded.pauses, reason_zh = excluded.reason_zh,
    extensions = excluded.extensions, met_at = excluded.met_at, breached_at = excluded.breached_at,
    cancelled_at = excluded.cancelled_at, escalated = excluded.escalated,
    calendar_version = excluded.calendar_version, provisional = excluded.provisional, warned = excluded.warned;

-- name: clocks_of_matter
select to_json(c)::text as row from clocks c where c.matter = $1 order by c.start_at, c.clock;

-- name: clocks_page
select to_json(c)::text as row from clocks c
where ($1::text is null or c.state = $1) and ($2::text is null or c.responsible = $2)
  and ($3::timestamptz is null or (c.due, c.clock) > ($3, $4::text))
order by c.due, c.clock
limit $5;

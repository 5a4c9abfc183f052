-- name: put_cases
insert into digest_case select r.* from json_populate_recordset(null::digest_case, $1::json) r;

-- name: put_digests
-- Counted anew from the cases: the order in which they came changes nothing. Keys are ordered by code point.
insert into digest (matter, month, department, count, amount, by_cause, by_township, event_count)
select d.matter, d.month, d.department, t.n, t.amount, c.subtotals, w.subtotals, t.n
from json_to_recordset($1::json) as d(matter text, month text, department text)
cross join lateral (
    select count(*) as n, sum(k.amount)::bigint as amount from digest_case k where k.matter = d.matter
) t
cross join lateral (
    select jsonb_agg(jsonb_build_object('key', g.key, 'count', g.n, 'amount', g.amount)
                     order by g.key collate "C") as subtotals
    from (select k.cause_code as key, count(*) as n, sum(k.amount)::bigint as amount
          from digest_case k where k.matter = d.matter group by k.cause_code) g
) c
cross join lateral (
    select jsonb_agg(jsonb_build_object('key', g.key, 'count', g.n, 'amount', g.amount)
                     order by g.key collate "C") as subtotals
    from (select k.township_code9 as key, count(*) as n, sum(k.amount)::bigint as amount
          from digest_case k where k.matter = d.matter group by k.township_code9) g
) w
on conflict (matter) do update set
    count = excluded.count, amount = excluded.amount, by_cause = excluded.by_cause,
    by_township = excluded.by_township, event_count = excluded.event_count;

-- name: put_sent
update digest d set digest_no = s.digest_no, sent_by = s.sent_by, sent_at = s.sent_at
from json_to_recordset($1::json) as s(matter text, digest_no text, sent_by text, sent_at timestamptz)
where d.matter = s.matter;

-- name: digests
select to_json(d)::text as row from digest d
where ($1::text is null or d.month = $1)
order by d.month desc, d.department
limit $2;

-- name: cases
select to_json(c)::text as row from digest_case c where c.matter = $1 order by c.seq limit $2;

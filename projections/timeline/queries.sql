-- name: put_facts
insert into timeline select r.* from json_populate_recordset(null::timeline, $1::json) r;

-- name: put_personal
insert into personal select r.* from json_populate_recordset(null::personal, $1::json) r;

-- name: timeline_page
select to_json(t)::text as row from timeline t
where t.matter = $1 and t.seq > $2
order by t.seq
limit $3;

-- name: personal
select p.seq, p.path, p.class, p.value from personal p
where p.matter = $1 and p.seq = any($2::bigint[])
order by p.seq, p.path;

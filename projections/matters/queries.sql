-- name: matters
select to_json(m)::text as row from matter m where m.matter = any($1::text[]);

-- name: put_matters
insert into matter
select r.* from json_populate_recordset(null::matter, $1::json) r
on conflict (matter) do update set
    procedure = excluded.procedure, state = excluded.state, holder = excluded.holder, handler = excluded.handler,
    seq = excluded.seq, changed_at = excluded.changed_at, since = excluded.since,
    state_since = excluded.state_since, done = excluded.done, about = excluded.about, domain = excluded.domain,
    place = excluded.place, urgency = excluded.urgency, missing = excluded.missing,
    supplement_due = excluded.supplement_due, held = excluded.held, held_reason = excluded.held_reason,
    copies = excluded.copies, parties = excluded.parties, receivers = excluded.receivers,
    acknowledged = excluded.acknowledged;

-- name: put_agencies
insert into matter_agency
select r.* from json_populate_recordset(null::matter_agency, $1::json) r
on conflict (matter, agency) do update set part = excluded.part
where matter_agency.part <> excluded.part;

-- name: clear_inbox
delete from inbox where matter = any($1::text[]);

-- name: fill_inbox
insert into inbox
select a.agency, m.matter, p.part,
       p.part = 'SUPPLEMENT' or (p.part = 'HANDLE' and not m.done)
       or (p.part = 'NOTICE' and a.agency <> all (m.acknowledged)) or own.clocks > 0,
       m.procedure, m.state, m.originator, m.handler, m.about, m.domain, m.place, m.urgency,
       case p.part when 'HANDLE' then m.since when 'SUPPLEMENT' then m.state_since when 'RESULT' then m.state_since
                   else m.opened_at end,
       m.changed_at,
       c.clock, c.state, c.rule, c.name_zh, c.day_kind, c.n, c.unit, c.start_at, c.pauses, c.due, c.due_date,
       own.breached, m.missing, m.supplement_due, m.held
from matter m
join matter_agency a on a.matter = m.matter
cross join lateral (
    select case
        when a.agency = m.originator and m.state = 'returned' then 'SUPPLEMENT'
        when a.agency = m.handler then 'HANDLE'
        -- Nobody was found for it, or it was only noted: its sender has the next move.
        when a.agency = m.originator and m.handler = '' and m.receivers = '{}' then 'HANDLE'
        when m.handler = '' and a.agency = any (m.receivers) then 'NOTICE'
        when a.agency = m.originator and m.done then 'RESULT'
        when a.agency = m.originator then 'SENT'
        when a.part = 'PARTY' then 'PARTY'
        else 'COPY'
    end as part
) p
cross join lateral (
    select count(*) as clocks, count(*) filter (where k.state = 'BREACHED') as breached
    from clocks k where k.matter = m.matter and k.responsible = a.agency and k.open
) own
left join lateral (
    select k.* from clocks k
    -- A sender sees by when the handling agency has to act.
    where k.matter = m.matter and k.open
      and k.responsible = case when p.part = 'SENT' and own.clocks = 0 then m.handler else a.agency end
    order by k.state = 'BREACHED', k.due, k.clock
    limit 1
) c on true
-- Reference data and erased persons are nobody's work.
where m.matter = any($1::text[]) and m.kind not in ('CK', 'DX');

-- name: inbox_page
select to_json(i)::text as row from inbox i
where i.part = any($1::text[]) and ($2::boolean is null or i.open = $2)
  and ($3::timestamptz is null or (coalesce(i.due, 'infinity'::timestamptz), i.matter) > ($3, $4::text))
order by coalesce(i.due, 'infinity'::timestamptz), i.matter
limit $5;

-- name: inbox_counts
select i.part, i.open, count(*) as n, count(*) filter (where i.breached > 0) as breached
from inbox i group by i.part, i.open;

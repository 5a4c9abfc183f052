-- name: clear_inbox
delete from inbox where matter = any($1::text[]);

-- name: fill_inbox
insert into inbox
select a.agency, m.matter, p.part,
       p.part = 'SUPPLEMENT' or (p.part = 'HANDLE' and m.state not in ('fed-back', 'closed')),
       m.procedure, m.state, m.originator, m.handler, m.domain, m.place, m.urgency,
       case p.part when 'HANDLE' then m.since when 'SUPPLEMENT' then m.state_since when 'RESULT' then m.state_since
                   else m.opened_at end,
       m.changed_at,
       c.clock, c.state, c.rule, c.name_zh, c.day_kind, c.n, c.unit, c.start_at, c.pauses, c.due, c.due_date,
       (select count(*) from clocks b
        where b.matter = m.matter and b.responsible = a.agency and b.state = 'BREACHED'),
       m.missing, m.supplement_due, m.held
from matter m
join matter_agency a on a.matter = m.matter
cross join lateral (
    select case
        when a.agency = m.originator and m.state = 'returned' then 'SUPPLEMENT'
        when a.agency = m.handler then 'HANDLE'
        when a.agency = m.originator and m.state in ('fed-back', 'closed') then 'RESULT'
        when a.agency = m.originator then 'SENT'
        when a.part = 'COPY' then 'COPY'
    end as part
) p
left join lateral (
    select k.* from clocks k
    -- A sender sees by when the handling agency has to act.
    where k.matter = m.matter and k.state in ('RUNNING', 'PAUSED', 'BREACHED')
      and k.responsible = case p.part when 'SENT' then m.handler else a.agency end
    order by k.state = 'BREACHED', k.due, k.clock
    limit 1
) c on true
where m.matter = any($1::text[]) and p.part is not null;

-- name: inbox_page
select to_json(i)::text as row from inbox i
where i.part = any($1::text[]) and ($2::boolean is null or i.open = $2)
  and ($3::timestamptz is null or (coalesce(i.due, 'infinity'::timestamptz), i.matter) > ($3, $4::text))
order by coalesce(i.due, 'infinity'::timestamptz), i.matter
limit $5;

-- name: inbox_counts
select i.part, i.open, count(*) as n, count(*) filter (where i.breached > 0) as breached
from inbox i group by i.part, i.open;

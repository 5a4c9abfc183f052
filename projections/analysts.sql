-- What analysts read, and how far each fold has come. Names are unqualified, as in schema.sql; may run again.
--
-- The analyst's role reads the rows of every matter and, of their columns, those that are named here: no personal
-- field, no address, no free line, no document number, no pseudonym. A column that is added later is not among them.

create or replace view data_as_of with (security_invoker = true) as
select fold,
       count(*) as partitions,
       sum(number)::bigint as records,
       to_timestamp(max(nullif(received_at, 0)) / 1000000.0) at time zone 'Asia/Shanghai' as as_of,
       to_timestamp(min(nullif(received_at, 0)) / 1000000.0) at time zone 'Asia/Shanghai' as slowest
from fold_position group by fold;
comment on view data_as_of is '数据截至：视图折叠到何时（北京时间）。How far each fold has come, in Beijing time.';
comment on column data_as_of.fold is '折叠名称。Name of the fold.';
comment on column data_as_of.partitions is '已开始折叠的分区数。Partitions that have been begun.';
comment on column data_as_of.records is '已折叠的总账记录数。Ledger records folded.';
comment on column data_as_of.as_of is
    '数据截至（北京时间）：所折叠的最新记录的收件时间。Data as of, Beijing time: the latest record folded.';
comment on column data_as_of.slowest is
    '各分区中最早的截至时间（北京时间）；久无来件的分区也在内。The same of the partition that is furthest back.';

do $$
declare
    name_ text;
begin
    foreach name_ in array array['matter', 'matter_agency', 'clocks', 'inbox', 'timeline', 'digest', 'digest_case']
    loop
        if not exists (select 1 from pg_policies p where p.schemaname = current_schema()
                       and p.tablename = name_ and p.policyname = 'analyst') then
            execute format('create policy analyst on %I for select to %I using (true)',
                           name_, stack.role('analyst'));
        end if;
    end loop;
    execute format('grant usage on schema %I to %I, %I, %I',
                   current_schema(), stack.role('analyst'), stack.role('worker'), stack.role('door'));
    execute format('grant select on fold_position, data_as_of to %I, %I, %I, %I, %I',
                   stack.role('analyst'), stack.role('worker'), stack.role('door'), stack.role('api'),
                   stack.role('projector'));
    execute format(
        'grant select (matter, kind, partition, procedure, state, originator, holder, handler, seq, opened_at, '
        'changed_at, since, state_since, done, domain, urgency, missing, supplement_due, held, copies, parties, '
        'receivers, acknowledged) on matter to %I', stack.role('analyst'));
    execute format('grant select (matter, agency, part) on matter_agency to %I', stack.role('analyst'));
    execute format(
        'grant select (clock, matter, responsible, rule, name_zh, day_kind, day_kind_basis, n, unit, start_at, due, '
        'due_date, state, open, paused_at, pauses, met_at, breached_at, cancelled_at, escalated, '
        'calendar_version, provisional, verified, citation, warned, watchers) on clocks to %I',
        stack.role('analyst'));
    execute format(
        'grant select (agency, matter, part, open, procedure, state, from_agency, holder, domain, urgency, '
        'received_at, changed_at, clock, clock_state, rule, rule_zh, day_kind, n, unit, start_at, pauses, due, '
        'due_date, breached, missing, supplement_due, held) on inbox to %I', stack.role('analyst'));
    execute format(
        'grant select (matter, seq, fact_type, event_id, cause, agency, addressed_to, copied_to, received_at, '
        'occurred_at, state, rule, citation, verified, hash, partition, ledger_offset) on timeline to %I',
        stack.role('analyst'));
    execute format(
        'grant select (matter, month, department, count, amount, by_cause, by_township, event_count, sent_by, '
        'sent_at) on digest to %I', stack.role('analyst'));
    execute format(
        'grant select (matter, seq, cause_code, township_code9, amount, penalty_kinds, decided_at, issuer) '
        'on digest_case to %I', stack.role('analyst'));
end
$$;

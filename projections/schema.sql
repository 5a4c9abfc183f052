-- The views. Names are unqualified: run with search_path = views, or beside it for a rebuild.
-- Every table but fold_position has row-level security that no owner escapes; a role sees the matters
-- of its agency alone. stack.agency_role says which agency a database role speaks for.

create table matter (
    matter          text        primary key,
    kind            text        not null,
    partition       int         not null,
    procedure       text        not null,
    state           text        not null,
    originator      text        not null,
    holder          text        not null,
    handler         text        not null,
    seq             bigint      not null,
    opened_at       timestamptz not null,
    changed_at      timestamptz not null,
    since           timestamptz not null,
    state_since     timestamptz not null,
    done            boolean     not null,
    about           text,
    domain          text,
    place           text,
    urgency         text,
    missing         jsonb       not null default '[]',
    supplement_due  text,
    held            boolean     not null default false,
    held_reason     text,
    copies          text[]      not null default '{}',
    parties         text[]      not null default '{}',
    receivers       text[]      not null default '{}',
    acknowledged    text[]      not null default '{}'
);
comment on table matter is '事项：当前办理状态。A matter and where it stands.';
comment on column matter.matter is '事项编号。Matter id.';
comment on column matter.kind is
    '种类：XS 线索、AJ 案件、XZ 协助、CG 抄告、HZ 月报、CX 跨省、YJ 预警、CK 参考数据、DX 对象。Kind of matter.';
comment on column matter.partition is '总账分区。Partition of the ledger.';
comment on column matter.procedure is '程序及版本。Procedure and its version.';
comment on column matter.state is '状态代码。State id.';
comment on column matter.originator is '首先陈述该事项的机关。The agency that stated its first fact.';
comment on column matter.holder is '当前责任机关。The agency whose move it is.';
comment on column matter.handler is '承办机关；退回补正期间不变。The handling agency; a return does not change it.';
comment on column matter.seq is '最后一条事实的序号。Sequence number of its last fact.';
comment on column matter.opened_at is '第一条事实的收件时间。When its first fact was received.';
comment on column matter.changed_at is '最后一条事实的收件时间。When its last fact was received.';
comment on column matter.since is '进入承办机关系统的时间。When it reached the handling agency.';
comment on column matter.state_since is '进入当前状态的时间。When it came into its state.';
comment on column matter.done is '程序上承办机关已无待办。Whether its procedure asks nothing more of a handler.';
comment on column matter.about is '一行说明：文号、事项、结果等。What it is about, in one line.';
comment on column matter.domain is '执法领域代码（01–09）。Domain of enforcement.';
comment on column matter.place is '违法行为发生地。Place of the violation.';
comment on column matter.urgency is '紧急程度。Urgency.';
comment on column matter.missing is '退回补正时所缺要素。Elements that are missing while it is returned.';
comment on column matter.supplement_due is '补正期限。Last day for the supplement.';
comment on column matter.held is '因平台原因挂起。Waits because the platform failed on it.';
comment on column matter.held_reason is '挂起原因。Why it waits.';
comment on column matter.copies is '受主送、抄送或提醒的机关。Agencies that were ever told of it.';
comment on column matter.parties is '曾承办的机关。Agencies that handled it before.';
comment on column matter.receivers is '无承办机关的事项的各主送机关。Whom a matter is addressed to that nobody handles.';
comment on column matter.acknowledged is '其中已签收的机关。Those of them that have acknowledged it.';

create table matter_agency (
    matter text not null,
    agency text not null,
    part   text not null check (part in ('ORIGINATOR', 'HANDLER', 'ADDRESSED', 'COPY', 'PARTY')),
    primary key (matter, agency)
);
create index matter_agency_agency on matter_agency (agency, matter);
comment on table matter_agency is '事项与有关机关：谁可以读。Which agencies may read a matter.';
comment on column matter_agency.matter is '事项编号。Matter id.';
comment on column matter_agency.agency is '机关代码。Agency code.';
comment on column matter_agency.part is
    '身份：移送、承办、主送、抄送、曾承办。Its part: originator, handler, addressed, copy, or handler before.';

create table clocks (
    clock            text        primary key,
    matter           text        not null,
    responsible      text        not null,
    rule             text        not null,
    name_zh          text        not null,
    day_kind         text        not null,
    day_kind_basis   text        not null,
    n                int         not null,
    unit             text        not null,
    start_at         timestamptz not null,
    due              timestamptz not null,
    due_date         text        not null,
    state            text        not null
                     check (state in ('RUNNING', 'PAUSED', 'MET', 'BREACHED', 'CANCELLED')),
    open             boolean     not null default true,
    paused_at        timestamptz,
    pauses           jsonb       not null default '[]',
    reason_zh        text,
    extensions       jsonb       not null default '[]',
    met_at           timestamptz,
    breached_at      timestamptz,
    cancelled_at     timestamptz,
    escalated        int         not null default 0,
    calendar_version int         not null,
    provisional      boolean     not null,
    verified         boolean     not null,
    citation         jsonb,
    warned           text[]      not null default '{}',
    watchers         text[]      not null default '{}'
);
create index clocks_matter on clocks (matter);
create index clocks_responsible_due on clocks (responsible, due, clock);
comment on table clocks is '时限：一个事项的一个期限。One running deadline of one matter.';
comment on column clocks.clock is '时限编号。Clock id.';
comment on column clocks.matter is '事项编号。Matter id.';
comment on column clocks.responsible is '责任机关。The agency that must stop it.';
comment on column clocks.rule is '期限规则及版本。Rule and its version.';
comment on column clocks.name_zh is '期限名称。Name of the rule.';
comment on column clocks.day_kind is '日的种类（工作日、自然日等）。Kind of days.';
comment on column clocks.day_kind_basis is '日的种类的依据。Why this kind of days.';
comment on column clocks.n is '期限长度。Length.';
comment on column clocks.unit is '期限单位。Unit of the length.';
comment on column clocks.start_at is '起算时间。Start.';
comment on column clocks.due is '最早的超期时刻（期限末日次日零时）。The first instant too late.';
comment on column clocks.due_date is '期限末日（当日 24:00 止）。The last day that counts.';
comment on column clocks.state is
    '状态：计时、中止、按期办结、超期（超期后办结的仍为超期）、已撤销。State; a breach stays one.';
comment on column clocks.open is '是否仍须办理；超期后未办结的也是。Whether somebody still has to act.';
comment on column clocks.paused_at is '中止时间。When it was paused; null while it runs.';
comment on column clocks.pauses is '历次中止的起止（微秒）。All pauses, in microseconds.';
comment on column clocks.reason_zh is '中止或撤销的原因。Why it is paused, or was cancelled.';
comment on column clocks.extensions is '历次延长：何时、多久、延至何日。All extensions: when, by how much, to which day.';
comment on column clocks.met_at is '办结时间；先于超期时刻而后得知的，为按期办结、迟告。When the duty was done.';
comment on column clocks.breached_at is '超期时间。When it was breached.';
comment on column clocks.cancelled_at is '撤销时间（如承办职责已移转）。When it was cancelled: the duty has moved.';
comment on column clocks.escalated is '已升级提醒的最高层级；0 为未升级。The highest rung of escalation, 0 if none.';
comment on column clocks.calendar_version is '所用工作日历版本。Version of the working calendar.';
comment on column clocks.provisional is '暂定：该年放假安排尚未公布。Provisional: that year''s holidays are not published yet.';
comment on column clocks.verified is '条文是否已核实。Whether the article''s text was read.';
comment on column clocks.citation is '法律依据。The law that it rests on.';
comment on column clocks.warned is '已发出的预警。Warnings that were given.';
comment on column clocks.watchers is '受提醒机关。Agencies that are told.';

create table inbox (
    agency      text        not null,
    matter      text        not null,
    part        text        not null
                check (part in ('HANDLE', 'SUPPLEMENT', 'NOTICE', 'RESULT', 'SENT', 'COPY', 'PARTY')),
    open        boolean     not null,
    procedure   text        not null,
    state       text        not null,
    from_agency text        not null,
    holder      text        not null,
    about       text,
    domain      text,
    place       text,
    urgency     text,
    received_at timestamptz not null,
    changed_at  timestamptz not null,
    clock       text,
    clock_state text,
    rule        text,
    rule_zh     text,
    day_kind    text,
    n           int,
    unit        text,
    start_at    timestamptz,
    pauses      jsonb,
    due         timestamptz,
    due_date    text,
    breached    bigint      not null default 0,
    missing     jsonb       not null default '[]',
    supplement_due text,
    held        boolean     not null default false,
    primary key (agency, matter)
);
create index inbox_order on inbox (agency, open, (coalesce(due, 'infinity'::timestamptz)), matter);
comment on table inbox is '收件箱：等待一个机关办理或知悉的事项，及其已移送的。What waits for one agency, and what it sent.';
comment on column inbox.agency is '收件机关。Whose inbox.';
comment on column inbox.matter is '事项编号。Matter id.';
comment on column inbox.part is
    '与本机关的关系：承办、补正、通报、结果反馈、已移送、抄送、曾承办。What it is to this agency.';
comment on column inbox.open is '是否待办。Whether something is still to be done.';
comment on column inbox.procedure is '程序及版本。Procedure.';
comment on column inbox.state is '状态代码。State id.';
comment on column inbox.from_agency is '来件机关。The agency that it came from.';
comment on column inbox.holder is '当前责任机关。The agency whose move it is.';
comment on column inbox.about is '一行说明。What it is about, in one line.';
comment on column inbox.domain is '执法领域代码。Domain of enforcement.';
comment on column inbox.place is '违法行为发生地。Place of the violation.';
comment on column inbox.urgency is '紧急程度。Urgency.';
comment on column inbox.received_at is '收件时间（进入本机关系统）。When it reached this agency.';
comment on column inbox.changed_at is '最近变动时间。Last change.';
comment on column inbox.clock is '最近到期的时限。The clock that is due first.';
comment on column inbox.clock_state is '该时限的状态。Its state.';
comment on column inbox.rule is '该时限的规则。Its rule.';
comment on column inbox.rule_zh is '该时限的名称。Its name.';
comment on column inbox.day_kind is '该时限的日的种类。Its kind of days.';
comment on column inbox.n is '该时限的长度。Its length.';
comment on column inbox.unit is '该时限的单位。Its unit.';
comment on column inbox.start_at is '该时限的起算时间。Its start.';
comment on column inbox.pauses is '该时限的历次中止。Its pauses.';
comment on column inbox.due is '最早的超期时刻。The first instant too late.';
comment on column inbox.due_date is '期限末日。The last day that counts.';
comment on column inbox.breached is '已超期且仍未办结的时限数。How many of its clocks are overdue and still open.';
comment on column inbox.supplement_due is '补正期限。Last day for the supplement.';
comment on column inbox.missing is '所缺要素。Elements that are missing.';
comment on column inbox.held is '因平台原因挂起。Waits because the platform failed on it.';

create table timeline (
    matter        text        not null,
    seq           bigint      not null,
    fact_type     text        not null,
    event_id      text        not null,
    cause         text        not null,
    agency        text        not null,
    addressed_to  text[]      not null,
    copied_to     text[]      not null,
    received_at   timestamptz not null,
    occurred_at   timestamptz,
    state         text        not null,
    rule          text        not null,
    citation      jsonb,
    verified      boolean,
    hash          bytea       not null,
    partition     int         not null,
    ledger_offset bigint      not null,
    content       jsonb       not null,
    hidden        text[]      not null default '{}',
    primary key (matter, seq)
);
comment on table timeline is '事项时间线：每一条事实。Every fact of a matter, in its order.';
comment on column timeline.matter is '事项编号。Matter id.';
comment on column timeline.seq is '事项内序号（连续）。Gapless number within the matter.';
comment on column timeline.fact_type is '事实类型。Fact type.';
comment on column timeline.event_id is '事件编号。Event id.';
comment on column timeline.cause is '由哪条事实引起。The fact that led to it.';
comment on column timeline.agency is '陈述机关；平台自己的事实为平台代码。Who stated it.';
comment on column timeline.addressed_to is '主送。Addressed to.';
comment on column timeline.copied_to is '抄送。Copied to.';
comment on column timeline.received_at is '进入系统的时间。When it entered the system.';
comment on column timeline.occurred_at is '事情发生的时间（陈述机关所称）。When it happened, as stated.';
comment on column timeline.state is '此事实之后的状态。The state after it.';
comment on column timeline.rule is '所适用的规则。The rule that was applied.';
comment on column timeline.citation is '法律依据。The law it rests on.';
comment on column timeline.verified is '条文是否已核实。Whether the article''s text was read.';
comment on column timeline.hash is '链上哈希（SM3）。Its link in the hash chain.';
comment on column timeline.partition is '总账分区。Partition of the ledger.';
comment on column timeline.ledger_offset is '总账位移。Offset in the ledger.';
comment on column timeline.content is '内容，仅明文字段。Its content: clear fields only.';
comment on column timeline.hidden is '个人信息字段的路径，密文在 personal 表。Where it has personal fields; their bytes are in personal.';

create table personal (
    matter  text   not null,
    seq     bigint not null,
    path    text   not null,
    class   text   not null check (class in ('person', 'text')),
    readers text[] not null,
    value   bytea  not null,
    primary key (matter, seq, path)
);
comment on table personal is '个人信息与自由文本的密文，与时间线分开存放。Ciphertext of personal fields, kept apart.';
comment on column personal.matter is '事项编号。Matter id.';
comment on column personal.seq is '事项内序号。Number of the fact.';
comment on column personal.path is '字段路径（JSON 指针）。Where in the fact, a JSON pointer.';
comment on column personal.class is '类别：个人信息或自由文本。Personal field, or free text.';
comment on column personal.readers is
    '除承办机关外可读者：自由文本为陈述机关与主送机关，个人信息为空。Who may read it beside the handling agency.';
comment on column personal.value is '密文。Ciphertext.';

create table digest (
    matter      text        primary key,
    month       text        not null,
    department  text        not null,
    count       bigint      not null,
    amount      bigint      not null,
    by_cause    jsonb       not null,
    by_township jsonb       not null,
    event_count bigint      not null,
    digest_no   text,
    sent_by     text,
    sent_at     timestamptz
);
create index digest_month on digest (month, department);
comment on table digest is '处罚月报：一个主管部门一个月的处罚汇总，由逐件计入的处罚重算。A month of one department''s penalties.';
comment on column digest.matter is '事项编号。Matter id.';
comment on column digest.month is '月份（北京时间）。Month.';
comment on column digest.department is '主管部门。The competent department.';
comment on column digest.count is '处罚件数。Number of penalties.';
comment on column digest.amount is '罚没金额合计（分）。Sum of the amounts, in fen.';
comment on column digest.by_cause is '按案由分计：案由、件数、金额（分）。By cause.';
comment on column digest.by_township is '按街镇分计：街镇代码、件数、金额（分）。By township.';
comment on column digest.event_count is '计入的处罚事实数。How many facts were counted.';
comment on column digest.digest_no is '月报编号；未发送为空。Number of the digest; null before it was sent.';
comment on column digest.sent_by is '发送机关。Who sent it.';
comment on column digest.sent_at is '发送的收件时间。When it was received as sent.';

create table digest_case (
    matter        text        not null,
    seq           bigint      not null,
    case_no       text        not null,
    decision_no   text        not null,
    cause_code    text        not null,
    township_code9 text       not null,
    amount        bigint      not null,
    penalty_kinds text[]      not null,
    party_token   text        not null,
    uscc          text,
    decided_at    timestamptz not null,
    issuer        text        not null,
    primary key (matter, seq)
);
comment on table digest_case is '处罚月报的逐件处罚，不含个人信息。The penalties of a digest, one by one, without personal data.';
comment on column digest_case.matter is '月报事项编号。Matter id of the digest.';
comment on column digest_case.seq is '在该事项中的序号。Number of the fact within the matter.';
comment on column digest_case.case_no is '案号。Case number.';
comment on column digest_case.decision_no is '处罚决定书文号。Number of the decision.';
comment on column digest_case.cause_code is '案由代码。Cause.';
comment on column digest_case.township_code9 is '违法行为发生地街镇代码。Township of the violation.';
comment on column digest_case.amount is '罚没金额（分）。Amount, in fen.';
comment on column digest_case.penalty_kinds is '处罚种类。Kinds of penalty.';
comment on column digest_case.party_token is '当事人代号（不可反查）。Pseudonym of the party.';
comment on column digest_case.uscc is '统一社会信用代码；自然人、个体工商户为空。Credit code of a firm.';
comment on column digest_case.decided_at is '决定时间。When it was decided.';
comment on column digest_case.issuer is '作出决定的机关。Who decided.';

create table fold_position (
    fold           text   not null,
    partition      int    not null,
    ledger_offset  bigint not null,
    number         bigint not null,
    inbound_offset bigint not null,
    received_at    bigint not null,
    primary key (fold, partition)
);
comment on table fold_position is '折叠位置：数据截至何处。How far the views have been folded.';
comment on column fold_position.fold is '折叠名称。Name of the fold.';
comment on column fold_position.partition is '总账分区。Partition of the ledger.';
comment on column fold_position.ledger_offset is '下一条待读的总账位移。The next offset to read.';
comment on column fold_position.number is '最后折叠的记录号。Number of the last record folded.';
comment on column fold_position.inbound_offset is '对应的 inbound 位移。Its coordinates in inbound.';
comment on column fold_position.received_at is '数据截至（微秒）。Data as of, in microseconds.';

alter table matter enable row level security;
alter table matter force row level security;
alter table matter_agency enable row level security;
alter table matter_agency force row level security;
alter table clocks enable row level security;
alter table clocks force row level security;
alter table inbox enable row level security;
alter table inbox force row level security;
alter table timeline enable row level security;
alter table timeline force row level security;
alter table personal enable row level security;
alter table personal force row level security;
alter table digest enable row level security;
alter table digest force row level security;
alter table digest_case enable row level security;
alter table digest_case force row level security;

-- The subselect runs once for a statement, not once for a row.
create policy own_agency on matter_agency for select
    using (agency = (select r.agency from stack.agency_role r where r.role = current_user));
create policy own_agency on inbox for select
    using (agency = (select r.agency from stack.agency_role r where r.role = current_user));
create policy own_matters on matter for select
    using (exists (select 1 from matter_agency m where m.matter = matter.matter
                   and m.agency = (select r.agency from stack.agency_role r where r.role = current_user)));
create policy own_matters on clocks for select
    using (exists (select 1 from matter_agency m where m.matter = clocks.matter
                   and m.agency = (select r.agency from stack.agency_role r where r.role = current_user)));
create policy own_matters on timeline for select
    using (exists (select 1 from matter_agency m where m.matter = timeline.matter
                   and m.agency = (select r.agency from stack.agency_role r where r.role = current_user)));
create policy own_matters on digest for select
    using (exists (select 1 from matter_agency m where m.matter = digest.matter
                   and m.agency = (select r.agency from stack.agency_role r where r.role = current_user)));
create policy own_matters on digest_case for select
    using (exists (select 1 from matter_agency m where m.matter = digest_case.matter
                   and m.agency = (select r.agency from stack.agency_role r where r.role = current_user)));
-- An agency itself is given what it may read in clear, and nothing else even as ciphertext: its addressees' text,
-- and all of a matter that it handles (until somebody does, of a matter that it opened).
create policy handling_agency on personal for select
    using (
        (select r.agency from stack.agency_role r where r.role = current_user) = any (readers)
        or exists (select 1 from matter h where h.matter = personal.matter
                   and coalesce(nullif(h.handler, ''), h.originator)
                       = (select r.agency from stack.agency_role r where r.role = current_user))
    );
-- The query API, speaking for an agency that has to do with the matter, is given what identifies a person too:
-- it opens it in order to mask it. An agency that logs in itself is another session user.
create policy to_be_masked on personal for select
    using (
        class = 'person' and session_user = (select stack.role('api'))
        and exists (select 1 from matter_agency m where m.matter = personal.matter
                    and m.agency = (select r.agency from stack.agency_role r where r.role = current_user))
    );

do $$
declare
    name_ text;
begin
    foreach name_ in array array['matter', 'matter_agency', 'clocks', 'inbox', 'timeline', 'personal',
                                 'digest', 'digest_case'] loop
        execute format('create policy projector on %I to %I using (true) with check (true)',
                       name_, stack.role('projector'));
    end loop;
end
$$;

-- The owner's tables: all of them folds of the ledger, written by the owner of a partition alone.

create schema processors;
comment on schema processors is '处理器折叠总账所得的表；任何一张都能由总账重建。Folds of the ledger, rebuilt from it at will.';

create table processors.fold_position (
    fold          text   not null,
    partition     int    not null,
    ledger_offset bigint not null,
    number        bigint not null,
    inbound_offset bigint not null,
    received_at   bigint not null,
    primary key (fold, partition)
);
comment on table processors.fold_position is '每个分区已折叠到的位置。How far each partition has been folded.';

create table processors.partition_versions (
    partition  int    primary key,
    marker_seq bigint not null,
    rulebook   text   not null,
    calendar   int    not null,
    agencies   int    not null
);
comment on table processors.partition_versions is '每个分区正在适用的版本（由标记记录确定）。Versions in force, as the markers said.';

create table processors.matter (
    matter    text    primary key,
    partition int     not null,
    procedure text    not null,
    state     text    not null,
    seq       bigint  not null,
    holder    text    not null,
    held      boolean not null,
    folded    bytea   not null
);
comment on table processors.matter is '事项的折叠状态。The folded state of a matter.';
comment on column processors.matter.folded is '完整状态（字节），使任何字符都可存储。The whole state as bytes: nothing admitted may be impossible to store.';

create table processors.seen_fact (
    matter       text  not null,
    agency       text  not null,
    event_id     text  not null,
    content_hash bytea not null,
    outcome      text  not null,
    primary key (matter, agency, event_id, content_hash)
);
comment on table processors.seen_fact is '幂等键：见过的事实及其结果。The idempotence key and what became of it.';

create table processors.clock (
    clock       text   primary key,
    matter      text   not null,
    partition   int    not null,
    rule        text   not null,
    state       text   not null,
    responsible text   not null,
    due         bigint not null,
    calendar    int    not null,
    next_alarm  bigint
);
comment on table processors.clock is '时限。next_alarm 为空即无待响的闹铃（已止、暂停或事项被挂起）。';
create index clock_next_alarm on processors.clock (partition, next_alarm, clock) where next_alarm is not null;
create index clock_matter on processors.clock (matter);

create table processors.parked (
    partition      int    not null,
    inbound_offset bigint not null,
    matter         text   not null,
    agency         text   not null,
    event_id       text   not null,
    kind           text   not null,
    reason         text   not null,
    detail         text   not null,
    received_at    bigint not null,
    stamp_key      text   not null,
    value          bytea  not null,
    primary key (matter, inbound_offset)
);
comment on table processors.parked is '挂起等待修复的记录。Records that wait for a mend.';

do $$
begin
    execute format('grant usage on schema processors to %I', stack.role('worker'));
    execute format('grant select, insert, update, delete on all tables in schema processors to %I', stack.role('worker'));
end
$$;

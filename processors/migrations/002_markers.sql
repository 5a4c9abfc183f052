-- Markers as they took effect: a worker that starts replays them and has in force what its partition has.

create table processors.marker (
    partition   int    not null,
    number      bigint not null,
    kind        text   not null,
    seq         bigint not null,
    received_at bigint not null,
    value       bytea  not null,
    primary key (partition, number)
);
comment on table processors.marker is '已生效的标记：日历、机关名册、清单、规则库，按次序。Markers that took effect, in their order.';

alter table processors.partition_versions drop column marker_seq;

create index clock_stale on processors.clock (partition, calendar, matter) where state = 'RUNNING';

do $$
begin
    execute format('grant select, insert, update, delete on all tables in schema processors to %I', stack.role('worker'));
end
$$;

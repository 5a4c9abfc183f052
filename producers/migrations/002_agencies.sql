-- What the door must know of agencies that were registered after its release was built.

create table door.agency (
    code  text   primary key,
    seq   bigint not null,
    value bytea  not null
);
comment on table door.agency is
    '已生效的机关登记；总账标记的折叠。Agencies registered since the release, a fold of the markers in the ledger.';
comment on column door.agency.seq is '名册版本，即标记的序号。Version of the register, the number of the marker.';
comment on column door.agency.value is '登记事实的原字节。The fact AgencyRegistered, byte for byte.';

do $$
begin
    execute format('grant select, insert, update on door.agency to %I', stack.role('door'));
end
$$;

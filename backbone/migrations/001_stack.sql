-- Which stack this is, what was migrated, and which database role speaks for which agency.

create schema stack;
comment on schema stack is '本套平台：身份、迁移、角色。Which stack this is: identity, migrations, roles.';

create table stack.identity (
    sole          boolean primary key default true check (sole),
    name          text    not null,
    mode          text    not null check (mode in ('real', 'simulated')),
    partitions    int     not null check (partitions > 0),
    simulated_now bigint,
    born_at       timestamptz not null default now(),
    check (mode = 'simulated' or simulated_now is null)
);
comment on table stack.identity is '身份；自建立起不变。What the stack is from birth, for life.';
comment on column stack.identity.simulated_now is '模拟时间（微秒）。Simulated time in microseconds.';

create function stack.keep_identity() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or (new.sole, new.name, new.mode, new.partitions, new.born_at)
        is distinct from (old.sole, old.name, old.mode, old.partitions, old.born_at) then
        raise exception 'the identity of a stack is settled at birth'
            using hint = 'Make a new stack with a database of its own.';
    end if;
    return new;
end
$$;
create trigger keep_identity before update or delete on stack.identity
    for each row execute function stack.keep_identity();

create table stack.migration (
    source     text        not null,
    name       text        not null,
    checksum   text        not null,
    applied_at timestamptz not null default now(),
    primary key (source, name)
);
comment on table stack.migration is '已执行的迁移及其 SHA-256。Migrations that were applied, with their SHA-256.';

create table stack.agency_role (
    role   text primary key,
    agency text not null unique
);
comment on table stack.agency_role is '数据库角色所代表的机关。Which agency a database role speaks for.';

create function stack.role(part text) returns text language plpgsql stable as $$
declare
    name_ text;
begin
    select i.name into name_ from stack.identity i;
    if name_ is null then
        raise exception 'the stack has no identity yet' using hint = 'Settle it before the migrations that grant.';
    end if;
    return name_ || '_' || part;
end
$$;
comment on function stack.role(text) is '某一部分的登录角色名。The login role of a part: worker, door, projector, api.';

grant usage on schema stack to public;
grant select on stack.identity, stack.agency_role to public;

-- The doors' own tables: who may come in, numbers given out, and the receipts (a fold of the ledger).

create schema door;
comment on schema door is '入口：令牌、编号与回执。Doors: tokens, serials, receipts.';

create table door.token (
    hash       bytea       primary key,
    agency     text        not null,
    label      text        not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);
comment on table door.token is '访问令牌的 SM3 值，令牌本身不保存。The SM3 of each token; the token itself is kept by its holder alone.';

create table door.serial (
    agency text not null,
    day    date not null,
    last   int  not null check (last > 0),
    primary key (agency, day)
);
comment on table door.serial is '机关当日已用的最大顺序号。The highest serial that an agency has used on a day.';

create table door.opening (
    agency   text not null,
    event_id text not null,
    matter   text not null,
    primary key (agency, event_id)
);
comment on table door.opening is
    '入口代编的事项编号；重发同一事件得到同一编号。Matter ids made by the door: the same event gets the same one again.';

create table door.receipt (
    agency         text    not null,
    matter         text    not null,
    event_id       text    not null,
    content_hash   bytea   not null,
    partition      int     not null,
    inbound_offset bigint  not null,
    outcome        text    not null check (outcome in ('admitted', 'refused', 'waiting', 'skipped')),
    complete       boolean not null,
    fact_type      text    not null,
    seq            bigint  not null,
    hash           bytea   not null,
    received_at    bigint  not null,
    parts          bytea[] not null,
    primary key (agency, matter, event_id, content_hash)
);
comment on table door.receipt is '回执；总账的折叠。Receipts, a fold of the ledger, visible when complete.';
comment on column door.receipt.parts is
    '去向、时限、补正、拒绝等各部分（JSON 字节，任何字符都可存储）。What the cause led to, one JSON text each, as bytes.';
create index receipt_event on door.receipt (agency, event_id);
create index receipt_place on door.receipt (partition, inbound_offset);

create table door.fold_position (
    fold           text   not null,
    partition      int    not null,
    ledger_offset  bigint not null,
    number         bigint not null,
    inbound_offset bigint not null,
    received_at    bigint not null,
    primary key (fold, partition)
);
comment on table door.fold_position is '回执已折叠到的位置。How far the receipts are folded, per partition.';

do $$
begin
    execute format('grant usage on schema door to %I', stack.role('door'));
    execute format('grant select on door.token to %I', stack.role('door'));
    -- Console and query API ask whose a token is.
    execute format('grant usage on schema door to %I', stack.role('api'));
    execute format('grant select on door.token to %I', stack.role('api'));
    execute format(
        'grant select, insert, update on door.serial, door.opening, door.receipt, door.fold_position to %I',
        stack.role('door')
    );
end
$$;

-- Erasing a person for good: what was done stays with the tombstone, so that it can be stated again with the same
-- words; the wrapping keys of what was destroyed are retired; and how far the ledger's erasures were applied.

alter table vault.tombstone
    add column who     text   not null default '',
    add column why     text   not null default '',
    add column matters int    not null default 0,
    add column at      bigint not null default 0,
    add column also    text[] not null default '{}';
comment on column vault.tombstone.who is '谁决定删除。Who decided it.';
comment on column vault.tombstone.why is '删除理由，不含个人信息。Why; nothing personal.';
comment on column vault.tombstone.matters is '涉及事项数。How many matters named the person.';
comment on column vault.tombstone.at is '删除时刻（微秒）。The instant, in microseconds.';
comment on column vault.tombstone.also is
    '另行销毁文本密钥的事项。Matters without a key of the person, whose text named the person.';

create table vault.retired_wrapping (
    name       text        primary key,
    retired_at timestamptz not null default now()
);
comment on table vault.retired_wrapping is
    '已停用的包裹密钥：不得再用其包裹。Wrapping keys that are destroyed or about to be: nothing new is wrapped under them.';

create table vault.erasure_position (
    partition     int    primary key,
    ledger_offset bigint not null
);
comment on table vault.erasure_position is
    '总账中的删除事实已应用到何处；随密钥库一同备份。How far the ledger''s erasures were applied to these keys.';

drop function vault.erase(text);
create function vault.erase(
    who_is text, ordered_by text, reason text, named_in int, instant bigint, also_in text[]
)
    returns int language plpgsql security definer
    set search_path = vault, pg_temp as $$
declare
    destroyed int;
begin
    if who_is = '' then
        raise exception 'nobody is named';
    end if;
    -- Keys that are being made now are waited for; those made afterwards see the tombstone.
    lock table vault.data_key in share row exclusive mode;
    -- A matter whose text alone named the person names the person from now on, under a key that never was.
    insert into vault.data_key (key_id, person, matter, wrapped, wrapped_by, destroyed_at)
        select sha256(convert_to(who_is || ' ' || m.matter, 'UTF8')), who_is, m.matter, null, '', now()
        from unnest(also_in) as m (matter)
        on conflict (person, matter) do nothing;
    insert into vault.tombstone (person, who, why, matters, at, also)
        select who_is, ordered_by, reason,
               coalesce(named_in, (select count(*) from vault.data_key k where k.person = who_is)), instant, also_in
        on conflict (person) do nothing;
    -- A matter that names the person and has no text key yet gets none any more.
    insert into vault.data_key (key_id, person, matter, wrapped, wrapped_by, destroyed_at)
        select sha256(convert_to(k.matter, 'UTF8')), '', k.matter, null, '', now()
        from vault.data_key k where k.person = who_is
        on conflict (person, matter) do nothing;
    with gone as (
        update vault.data_key k set wrapped = null, destroyed_at = now()
        where k.wrapped is not null
          and (k.person = who_is
               or (k.person = '' and k.matter in (select n.matter from vault.data_key n where n.person = who_is)))
        returning 1
    )
    select count(*) into destroyed from gone;
    return destroyed;
end
$$;
comment on function vault.erase(text, text, text, int, bigint, text[]) is
    '删除一人：销毁其密钥及提及其人的事项的文本密钥，留下墓碑。Erase a person: whole, once and for ever.';
revoke all on function vault.erase(text, text, text, int, bigint, text[]) from public;

do $$
begin
    execute format('grant execute on function vault.erase(text, text, text, int, bigint, text[]) to %I', stack.role('door'));
    execute format('grant select on vault.retired_wrapping to %I', stack.role('door'));
end
$$;

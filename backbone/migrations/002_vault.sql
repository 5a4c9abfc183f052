-- Keys of persons and matters, and the pseudonyms of persons. Not a fold of the ledger: it has a backup of its own.

create schema vault;
comment on schema vault is '密钥库：假名与数据密钥，须单独备份。Pseudonyms and data keys; backed up on their own.';

create table vault.pseudonym (
    lookup     bytea       primary key,
    token      text        not null unique,
    created_at timestamptz not null default now()
);
comment on table vault.pseudonym is '当事人到随机假名；lookup 为证件号的 HMAC-SM3。From a person to a random pseudonym.';

create table vault.data_key (
    key_id       bytea       primary key,
    person       text        not null,
    matter       text        not null,
    wrapped      bytea,
    wrapped_by   text        not null,
    created_at   timestamptz not null default now(),
    destroyed_at timestamptz,
    unique (person, matter),
    check ((wrapped is null) = (destroyed_at is not null))
);
comment on table vault.data_key is
    '每人每事项一把密钥；person 为空者是该事项的文本密钥。One key a person and matter; the text key has no person.';
comment on column vault.data_key.wrapped is '以包裹密钥加密；销毁后为空。Under the wrapping key; null once destroyed.';
create index data_key_matter on vault.data_key (matter);

create table vault.tombstone (
    person    text        primary key,
    erased_at timestamptz not null default now()
);
comment on table vault.tombstone is '已被删除的当事人：不再生成密钥。Persons who were erased: they get no key again.';

create function vault.erase(who text) returns int language plpgsql security definer
    set search_path = vault, pg_temp as $$
declare
    destroyed int;
begin
    if who = '' then
        raise exception 'nobody is named';
    end if;
    -- Keys that are being made now are waited for; those made afterwards see the tombstone.
    lock table vault.data_key in share row exclusive mode;
    insert into vault.tombstone (person) values (who) on conflict (person) do nothing;
    -- A matter that names the person and has no text key yet gets none any more.
    insert into vault.data_key (key_id, person, matter, wrapped, wrapped_by, destroyed_at)
        select sha256(convert_to(k.matter, 'UTF8')), '', k.matter, null, '', now()
        from vault.data_key k where k.person = who
        on conflict (person, matter) do nothing;
    with gone as (
        update vault.data_key k set wrapped = null, destroyed_at = now()
        where k.wrapped is not null
          and (k.person = who
               or (k.person = '' and k.matter in (select n.matter from vault.data_key n where n.person = who)))
        returning 1
    )
    select count(*) into destroyed from gone;
    return destroyed;
end
$$;
comment on function vault.erase(text) is
    '删除一人：销毁其密钥及提及其人的事项的文本密钥，留下墓碑。Erase a person: whole, once and for ever.';
revoke all on function vault.erase(text) from public;

-- The door makes keys and erases persons, the API opens keys for those who may read. Nobody can change a key,
-- and nobody who only folds can read one.
do $$
begin
    execute format('grant execute on function vault.erase(text) to %I', stack.role('door'));
    execute format('grant usage on schema vault to %I, %I', stack.role('door'), stack.role('api'));
    execute format('grant select, insert on vault.pseudonym, vault.data_key to %I', stack.role('door'));
    execute format('grant select on vault.tombstone to %I', stack.role('door'));
    execute format('grant select on vault.data_key to %I', stack.role('api'));
end
$$;

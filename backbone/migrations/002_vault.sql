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

-- The door makes keys, the API opens them for those who may read. Nobody who only folds can decrypt, and
-- nobody who serves the network can destroy: that is done by whoever administers the stack.
do $$
begin
    execute format('grant usage on schema vault to %I, %I', stack.role('door'), stack.role('api'));
    execute format('grant select, insert on vault.pseudonym, vault.data_key to %I', stack.role('door'));
    execute format('grant select on vault.tombstone to %I', stack.role('door'));
    execute format('grant select on vault.data_key to %I', stack.role('api'));
end
$$;

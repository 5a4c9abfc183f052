-- name: read
select name, mode, partitions, simulated_now from stack.identity;

-- name: settle
insert into stack.identity (name, mode, partitions) values ($1, $2, $3) on conflict (sole) do nothing;

-- name: move_time
update stack.identity set simulated_now = greatest(coalesce(simulated_now, $1), $1)
where mode = 'simulated' returning simulated_now;

-- name: enrol
insert into stack.agency_role (role, agency) select * from unnest($1::text[], $2::text[])
on conflict (role) do update set agency = excluded.agency;

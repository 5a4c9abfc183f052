-- name: agency_of_token
select t.agency from door.token t
where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now());

-- name: role_of_agency
select r.role::text from stack.agency_role r where r.agency = $1;

-- name: become
select set_config('role', $1, true), set_config('search_path', 'views', true);

-- name: as_of
select max(p.received_at) as received_at from fold_position p;

-- name: matter
select to_json(m)::text as row from matter m where m.matter = $1;

-- name: agencies_of_matter
select a.agency, a.part from matter_agency a where a.matter = $1 order by a.part, a.agency;

-- name: check
select count(*) from views.fold_position;

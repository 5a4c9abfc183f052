-- name: personal_of
select value from views.personal where class = 'person' and matter = any($1::text[]);

-- name: is_stated
select exists (select 1 from views.timeline where matter = $1 and event_id = $2);

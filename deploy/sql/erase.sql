-- name: personal_of
select value from views.personal where class = 'person' and matter = any($1::text[]);

-- name: is_stated
select exists (select 1 from views.timeline where matter = $1 and event_id = $2);

-- name: said_of
select content::text as content from views.timeline where matter = any($1::text[]);

-- name: assisting
select t.matter from views.timeline t
where t.matter >= 'XZ-' and t.matter < 'XZ.' and t.seq = 1 and t.content ->> 'case_no' = any($1::text[]);

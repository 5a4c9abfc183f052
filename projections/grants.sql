-- Who may use the tables of the search path's schema: run again whenever an agency has been enrolled.

do $$
declare
    reader text;
begin
    execute format('grant usage on schema %I to %I, %I',
                   current_schema(), stack.role('projector'), stack.role('api'));
    execute format('grant select, insert, update, delete on all tables in schema %I to %I',
                   current_schema(), stack.role('projector'));
    execute format('grant select on fold_position to %I', stack.role('api'));
    for reader in select r.role from stack.agency_role r loop
        execute format('grant usage on schema %I to %I', current_schema(), reader);
        execute format('grant select on all tables in schema %I to %I', current_schema(), reader);
    end loop;
end
$$;

-- Each part's login role finds the position of its own folds: `fold_position` is named without a schema, for
-- a rebuild of the views fills the same tables beside them.

do $$
declare
    pair text[];
begin
    foreach pair slice 1 in array array[
        array['worker', 'processors'], array['door', 'door'], array['projector', 'views'], array['api', 'views']
    ] loop
        execute format('alter role %I in database %I set search_path = %I',
                       stack.role(pair[1]), current_database(), pair[2]);
    end loop;
end
$$;

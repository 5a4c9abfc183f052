-- name: folds
-- How far each fold has come, per partition.
select fold, partition, number from processors.fold_position
union all
select fold, partition, number from door.fold_position
union all
select fold, partition, number from views.fold_position;

-- name: matters
select matter, folded from processors.matter;

-- name: owner_clocks
select clock, matter, rule, state, due from processors.clock;

-- name: view_clocks
select clock, matter, rule, state, (extract(epoch from due) * 1000000)::bigint as due from views.clocks;

-- name: receipts
select agency, event_id, hash from door.receipt where outcome = 'admitted';

-- name: view_matters
-- State and last seq of each matter, how many facts its timeline has, and the highest of their numbers.
select m.matter, m.state, m.seq, count(t.seq) as facts, coalesce(max(t.seq), 0) as last
from views.matter m left join views.timeline t using (matter)
group by m.matter, m.state, m.seq;

-- name: folds
-- How far each fold has come. The views' fold is the live one: a rebuild beside it does not count.
select 'owner' as fold, partition, number from processors.fold_position where fold = 'owner'
union all
select 'views' as fold, partition, number from views.fold_position where fold = 'views'
union all
select 'receipts' as fold, partition, number from door.fold_position where fold = 'receipts';

-- name: next_alarms
-- The next alarm of each partition that has one.
select partition, min(next_alarm) as alarm from processors.clock where next_alarm is not null group by partition;

-- name: calendars
-- The version of the calendar in force in each partition.
select partition, calendar from processors.partition_versions;

-- name: read
select ledger_offset, number, received_at, inbound_offset from fold_position where fold = $1 and partition = $2;

-- name: read_all
select partition, ledger_offset, number, received_at, inbound_offset from fold_position where fold = $1;

-- name: begin
insert into fold_position (fold, partition, ledger_offset, number, inbound_offset, received_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (fold, partition) do nothing
returning number;

-- name: move
update fold_position set ledger_offset = $3, number = $4, inbound_offset = $5, received_at = $6
where fold = $1 and partition = $2 and ledger_offset = $7 and number = $8
returning number;

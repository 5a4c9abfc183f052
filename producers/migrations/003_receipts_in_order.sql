-- An agency asks for its receipts since a cursor: partition by partition, in the order of their causes.

create index receipt_order on door.receipt (agency, partition, inbound_offset, event_id, content_hash);

"""The owner of a partition: take over, append, fold, tick."""

"""Floor 2, answers: folds of the ledger into tables, and who may read them how."""

"""Floor 1, plumbing: settings, clock, log, metrics, broker, database, fold, keys, lifecycle."""

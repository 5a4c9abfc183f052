"""Floor 2, where facts come in: the doors."""

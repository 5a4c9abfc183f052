"""Floor 2, where answers are built: views, query API, console."""

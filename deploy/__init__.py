"""Floor 3, how it is put together: the embedded stack and the command."""

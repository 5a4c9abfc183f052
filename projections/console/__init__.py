"""The console: the same answers as pages, in Chinese."""

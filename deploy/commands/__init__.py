"""The subcommands of `liandong`, one module for each floor they call into."""

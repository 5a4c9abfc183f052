"""SQL that a reader writes: run under the reader's own role, read only, streamed row by row."""

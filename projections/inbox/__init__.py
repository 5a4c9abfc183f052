"""收件箱: what waits for one agency."""

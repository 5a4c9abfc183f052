"""时限: every deadline of every matter."""

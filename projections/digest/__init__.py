"""处罚月报: what a month's digest of a department states, counted from the penalties themselves."""

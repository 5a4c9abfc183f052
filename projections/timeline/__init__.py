"""事项时间线: every fact of a matter, in its order."""

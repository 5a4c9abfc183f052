"""The query API: an agency reads what its role may see, and nothing else."""

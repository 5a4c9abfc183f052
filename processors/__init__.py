"""Floor 2, where facts are decided: the owner of each partition, and the rulebook it decides by."""

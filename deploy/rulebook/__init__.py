"""The rulebook told to people: in Chinese words, with what comes from which pack; editions as directories."""

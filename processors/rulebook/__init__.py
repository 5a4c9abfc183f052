"""The rulebook 规则库: packs of data, their schema, their loader."""

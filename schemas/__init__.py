"""Floor 0, the published language: contracts, envelope, codec, identifiers, days, reference data. No I/O."""

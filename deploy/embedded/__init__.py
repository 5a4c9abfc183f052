"""A real Kafka and a real PostgreSQL, as children of one supervisor."""

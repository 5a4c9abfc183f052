"""The HTTP door 入口: authenticates, checks, encrypts, stamps."""

"""The demonstration: a story of facts, played through the door of a simulated stack, told on the terminal."""

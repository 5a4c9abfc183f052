"""Scenarios as data: files of given, when and then, played through the door of a simulated stack."""

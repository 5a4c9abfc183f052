"""Agencies of Fengxian and its neighbours that do not exist, and say what such agencies would say.

Everything follows from a seed; no word of it is about a person or a firm that exists.
"""

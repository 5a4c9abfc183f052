"""Publish facts out of files through a door: in order, safe to repeat, with a report on every line."""

from producers.publish.client import NotPublished, Options, publish
from producers.publish.report import Report, Result, Status

__all__ = ["NotPublished", "Options", "Report", "Result", "Status", "publish"]

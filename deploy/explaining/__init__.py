"""Why something was decided as it was: from the ledger alone, by the rules that were in force then."""

from deploy.explaining.explanation import explain
from deploy.explaining.story import NotInLedger, Story, read_story, story_of

__all__ = ["NotInLedger", "Story", "explain", "read_story", "story_of"]

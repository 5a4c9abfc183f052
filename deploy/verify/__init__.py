"""Proof that ledger, owner's tables, receipts and views say the same: read again, not believed."""

from deploy.verify.check import Verdict, verify

__all__ = ["Verdict", "verify"]

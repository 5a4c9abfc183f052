"""共享流: what platforms of other provinces subscribe to, written once from the ledger."""

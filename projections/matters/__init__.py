"""The matter itself: where it stands, who holds it, which agencies have to do with it."""

"""Messages that leave the house, preferences and digests."""

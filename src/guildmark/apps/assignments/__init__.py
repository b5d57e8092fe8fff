"""Who stands in which relation to what, and who therefore can't act on it."""

"""Verifiable credentials: the data model, Open Badges, proofs, status lists, DIDs and baking."""

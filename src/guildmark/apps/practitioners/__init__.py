"""Profiles, employers and families, experience and who verified it, opt-ins, contributions."""

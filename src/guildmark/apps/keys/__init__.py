"""Signing and encryption keys, their rotation, and where secrets come from."""

"""The registry: types of credentials, awards, what became of them, and their verification."""

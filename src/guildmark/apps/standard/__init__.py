"""The published standard: frameworks and their editions, which never change once released."""

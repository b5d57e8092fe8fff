"""Bounded contexts, each a Django app; a context imports only the contexts below it."""

"""Middleware of the site: who asks, under which request id, and in whose time zone."""

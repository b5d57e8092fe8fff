"""Composed pages: those that no single context owns."""

"""Tests of practitioners."""

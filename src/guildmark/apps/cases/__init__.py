"""Contests, appeals and complaints: decided by people who took no part, on clocks."""

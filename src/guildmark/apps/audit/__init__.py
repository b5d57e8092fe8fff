"""Events and their delivery, the ledger, and jobs."""

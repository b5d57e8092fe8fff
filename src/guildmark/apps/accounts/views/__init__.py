"""Pages of this context: a person's own account, and the people for administrators."""

"""Pages: to send in, one's own, what is public, and the queue."""

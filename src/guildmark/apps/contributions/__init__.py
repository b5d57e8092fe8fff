"""What practitioners send in, and what becomes of it: feedback, contact, the queue."""

"""Django's SQLite backend with a queue for writers.

SQLite's own busy handler sleeps and retries without order, so under several writers a few wait for
most of a second. Here a writer takes a file lock before `BEGIN IMMEDIATE`; the kernel queues those
that wait, so each waits only for those before it.
"""

"""Processes of our own that answer questions, one after the other, and never outlive who asks.

    process.py    one of them as its parent sees it: the process, its socket, whether it can take a job
    serving.py    the child's side of the same socket
    orphans.py    what becomes of a child whose parent is gone

What a child is for, and what it gives up for it, is its caller's: `confined` for a stranger's bytes, `storage.keeper`
for files that must be durable.
"""

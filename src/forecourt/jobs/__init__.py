"""What a command runs, put together: database, store, worker and one kind of work, and a report of what became of it.

Reports have the field names of the reference system's answers.
"""

"""Work on a stranger's bytes, in child processes that can do little harm.

    pool.py      the parent's side: who is free, what was asked, what became of it
    child.py     the child's side: what it imports
    limits.py    what a child gives up before it sees a byte

One piece serves photos (`photo.decode`) and pages (`listing`): a task is a plain function
`(arguments, data) -> JSON`, named by a constant of ours and imported once per child. What is too long for one answer
comes in parts: `(arguments, open file) -> iterator of JSON`.
"""

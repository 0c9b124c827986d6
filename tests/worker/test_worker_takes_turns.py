"""A worker that cannot hold all hosts at once lets each of them have its turn."""


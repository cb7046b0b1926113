"""What people change about operations: ask for one, start, hold, cancel, abort, retry, decide."""

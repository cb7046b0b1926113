"""Child processes: none outlives its parent, and what dies is started again. Plain Python, no Django."""

"""Campaigns over many sites: who may take part, when, in which batches, and what comes next. Plain Python, no I/O."""

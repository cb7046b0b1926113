"""Drives operations: look upstream, decide (a pure function), act once, commit under the job's token."""

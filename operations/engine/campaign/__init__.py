"""Runs campaigns: a job for the whole of each, and one for its batches at each System Controller."""

"""Measurements, and the data they need."""

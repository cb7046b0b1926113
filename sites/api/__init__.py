"""The share of `sites` in the REST interface."""

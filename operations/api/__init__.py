"""REST: what is asked of the fleet. Every write has one function in operations/services."""

"""Which alarms stand at which cloud: a function of seed, clock and commands."""

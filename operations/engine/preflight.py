"""Checks that need the System Controller or a BMC, made once before anything is sent."""

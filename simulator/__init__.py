"""A StarlingX Distributed Cloud on loopback: HTTP only, shares no code with the portal."""

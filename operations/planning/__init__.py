"""What people give, turned into checked plans for subclouds. Plain Python: no Django, no database, no network."""

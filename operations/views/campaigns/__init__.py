"""Pages of campaigns: planning, running, watching; the calendar; groups and options of strategies."""

"""`make demo`: a simulated fleet and the whole portal on one machine, started, kept and stopped by one supervisor."""

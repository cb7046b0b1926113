"""dcmanager's orchestrator: the one strategy a System Controller may have, its steps, and how they go."""

"""The fictitious county in motion: opened from its seed, proved by one case, simulated by many."""

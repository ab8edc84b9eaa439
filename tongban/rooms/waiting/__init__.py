"""等候: zones, windows, tickets, sessions, seats, visits."""

"""How the house itself is: ready to serve, measured, and, where something is wrong, what and what to do."""

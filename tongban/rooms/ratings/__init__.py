"""好差评: what people thought of one act, and what was done about it."""

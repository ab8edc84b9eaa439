"""公开: decisions published in numbered issues, figures fixed month by month."""

"""目录: what may be asked of the county, in which version, since when, and by whose order."""

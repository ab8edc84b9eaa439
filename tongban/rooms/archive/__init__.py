"""归档: finished cases as fixed packages that prove themselves."""

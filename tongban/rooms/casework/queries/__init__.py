"""Every question asked of casework."""

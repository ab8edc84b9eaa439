"""Proof that what the house shows is what happened: the journal against the rows, the figures against the cases."""

"""How examples are drawn for the properties of the rulebook: few enough that the whole stays under five seconds."""

from hypothesis import settings

# A busy machine is no reason to fail: there is no limit of time per example.
settings.register_profile("rulebook", max_examples=25, deadline=None, database=None)
settings.load_profile("rulebook")

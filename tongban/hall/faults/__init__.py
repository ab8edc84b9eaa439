"""A running county, hurt on purpose: processes killed, disks full, other systems astray, the clock over its edges.

``county`` starts and stops it, ``acting`` works in it, ``diary`` keeps what was promised to whom, ``troubles`` hurt it,
``facts`` say whether anything was lost or done twice.
"""

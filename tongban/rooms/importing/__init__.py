"""搬家: a county's tables, brought in through the actions of the rooms below, one file of ``kinds/`` for each."""

#: Kinds of tables that are brought in row by row, in the order in which one finds what it refers to.
NAMES = ("orgs", "sites", "posts", "staff", "windows", "mandates", "licences", "open-cases")

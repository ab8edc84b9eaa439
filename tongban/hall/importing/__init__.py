"""搬家: tables that a county has, brought in through the actions of the rooms.  One file for each kind of table."""

#: Kinds of tables that are brought in row by row, in the order in which one finds what it refers to.
NAMES = ("orgs", "sites", "posts", "staff", "windows", "mandates", "licences", "open-cases")

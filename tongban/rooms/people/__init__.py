"""人员与场所: who and where.  Persons, who may act for whom, places, and what a post may do."""

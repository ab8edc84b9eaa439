"""先试后发: what would have become of past cases had an item been as a draft wants it.

People do as they did: who came when with what, and what was decided, is kept.  What the law makes of it (missing
papers, due dates, silence, desks, refusals) is counted anew, so a difference is the draft's doing and nothing else.
Not replayed: what was written into the form, and whether a person or a post may act at all.
"""

from tongban.rulebook.replay.comparing import SORT_LABELS, Difference, Finding, Sort, replay
from tongban.rulebook.replay.history import History, Paper, Taken
from tongban.rulebook.replay.lines import Line, lines

__all__ = ["SORT_LABELS", "Difference", "Finding", "History", "Line", "Paper", "Sort", "Taken", "lines", "replay"]

"""投递员: keeps what the house has promised, lets the law act when time has passed, closes the day.

``drain`` keeps everything outstanding now; ``run`` goes on until it is stopped.  More postmen may run side by side:
a promise is in one hand at a time, and what is delivered twice is done once.
"""

from tongban.hall.postman.keeping import KEEPERS, Drained, drain
from tongban.hall.postman.rounds import ROUNDS, Round, go_round, once, run

__all__ = ["KEEPERS", "ROUNDS", "Drained", "Round", "drain", "go_round", "once", "run"]

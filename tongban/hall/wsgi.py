"""What granian serves."""

import os
import threading
import time

from django.core.wsgi import get_wsgi_application
from django.db import Error, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.hall.settings")
application = get_wsgi_application()

#: Seconds between two looks at the calendars, in a process in which no officer asks for powers.
_EVERY = 15


def _look_at_calendars() -> None:
    """Let this process count with a calendar that another has put in place."""
    from tongban.rooms.people.queries.calendars import take_up_calendars

    while True:
        try:
            take_up_calendars()
        except Error:  # the database is away: what is known stays, the next look tries again
            connection.close()
        time.sleep(_EVERY)


threading.Thread(target=_look_at_calendars, name="calendars", daemon=True).start()

"""Django's PostgreSQL backend, whose connections keep more statements and are looked at instead of asked.

Django loads the class ``DatabaseWrapper`` of the module ``base`` of an engine.
"""

import select
from typing import Any

import orjson
import psycopg
from django.db.backends.postgresql import base
from psycopg.types.json import JsonLoader

#: Statements kept prepared on a connection.  psycopg's 100 are used up by one lifecycle (92) and a list; what falls out
#: is planned anew each time.  All doors together use some hundreds; each costs the server about 20 KiB.
PREPARED_MOST = 500


class _Json(JsonLoader):
    """What the house gathers into one answer is of the type json; jsonb stays text, which Django reads itself."""

    _loads = staticmethod(orjson.loads)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that stays open from request to request."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open a connection; the settings name what else it is told."""
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("json", _Json)
        if self.settings_dict["OPTIONS"].get("prepare_threshold"):
            connection.prepared_max = PREPARED_MOST
        return connection

    def is_usable(self) -> bool:
        """Whether the server is still there, asked before the first statement of each request.

        A server that went away has closed the line, and a closed line can be read from; one that has nothing to say is
        quiet.  So it is asked (a journey, a tenth of a short request) only where something waits to be read.
        """
        if self.connection is None:
            return False
        line = select.poll()
        try:
            line.register(self.connection.fileno(), select.POLLIN)
        except psycopg.Error:  # closed on this side
            return False
        return not line.poll(0) or super().is_usable()

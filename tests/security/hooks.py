"""How schemathesis sends what is no JSON: read by its command, not by our tests."""

import schemathesis


@schemathesis.serializer("application/pdf")
def paper(context, value):
    """Send whatever was made up as bytes."""
    return value if isinstance(value, bytes) else str(value).encode()

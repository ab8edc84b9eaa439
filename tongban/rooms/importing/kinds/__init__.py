"""All kinds of tables.  Loaded only when one is brought in: the rooms come with them."""

from tongban.rooms.importing.bringing import Kind
from tongban.rooms.importing.kinds import licences, mandates, open_cases, orgs, posts, sites, staff, windows

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        orgs.KIND,
        sites.KIND,
        posts.KIND,
        staff.KIND,
        windows.KIND,
        mandates.KIND,
        licences.KIND,
        open_cases.KIND,
    )
}

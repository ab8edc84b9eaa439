"""Tickets and appointments over the API."""

from datetime import datetime


def code(response):
    return response.status_code, response.told["code"]


def site():
    from tongban.rooms.people import queries as people

    return people.site_coded("990127", "hall").id


def test_a_ticket_is_taken_called_and_finished(office, tokens):
    person, clerk, other = tokens.person(), tokens.post("window-1"), tokens.post("window-2")
    body = {"site": str(site()), "queue_class": "general"}
    taken = person.post("/tickets", body, key="ticket-of-lin")
    assert (taken.status_code, taken.told["state"]) == (201, "waiting")
    assert person.post("/tickets", body, key="ticket-of-lin").told["label"] == taken.told["label"]
    windows = {one["number"]: one for one in clerk.get(f"/sites/{site()}/windows").told}
    window = windows["1"]["id"]
    assert code(other.post(f"/windows/{window}/call")) == (403, "not_at_window")
    assert code(person.post(f"/windows/{window}/call")) == (403, "for_staff")
    called = clerk.post(f"/windows/{window}/call", key="call-number-one")
    assert called.told["ticket"]["label"] == taken.told["label"]
    assert clerk.post(f"/windows/{window}/call", key="call-number-one").told == called.told
    person.post("/tickets", body)
    assert code(clerk.post(f"/windows/{window}/call")) == (409, "window_busy")
    done = clerk.post(f"/windows/{window}/finish", key="finish-number-one")
    assert done.told["state"] == "served"
    assert clerk.post(f"/windows/{window}/finish", key="finish-number-one").told == done.told
    assert clerk.post(f"/windows/{window}/call").told["ticket"]["state"] == "called"
    clerk.post(f"/windows/{window}/finish")
    assert clerk.post(f"/windows/{window}/call").told == {"ticket": None}


def test_an_appointment_is_booked_once_and_cancelled_by_whom_it_concerns(office, tokens):
    from tongban.rooms import clock
    from tongban.rooms.waiting import actions as waiting

    begins = datetime(2026, 10, 14, 9, tzinfo=clock.SHANGHAI)
    session = waiting.open_session(site(), begins, begins.replace(hour=10), 1, actor="house")
    person, other = tokens.person(), tokens.person("房示例")
    free = person.get(f"/sites/{site()}/sessions").told
    assert [(one["id"], one["free"], one["starts_at"]) for one in free] == [
        (str(session), 1, "2026-10-14T09:00:00+08:00")
    ]
    booked = person.post("/appointments", {"session": str(session)}, key="booking-of-lin")
    assert booked.status_code == 201
    assert person.post("/appointments", {"session": str(session)}, key="booking-of-lin").told == booked.told
    assert code(other.post("/appointments", {"session": str(session)})) == (409, "session_full")
    assert [one["id"] for one in person.get("/appointments").told] == [booked.told["id"]]
    seat = f"/appointments/{booked.told['id']}/cancel"
    assert code(other.post(seat)) == (404, "seat_unknown")
    assert person.post(seat).told["state"] == "cancelled"
    assert other.post("/appointments", {"session": str(session)}).status_code == 201

"""Keys of rows sort by the order of their making."""

from concurrent.futures import ThreadPoolExecutor


def test_keys_of_one_process_sort_as_they_were_made_and_are_never_twice_the_same(monkeypatch):
    """Also within one millisecond, and when the machine's clock is set back."""
    from tongban.rooms import clock, ids

    now = clock.machine_milliseconds()
    moments = iter([now] * 6000 + [now - 5] * 100 + [now + 20] * 100)
    monkeypatch.setattr(clock, "machine_milliseconds", lambda: next(moments))
    made = [ids.uuid7() for _ in range(6200)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_threads_never_make_the_same_key():
    from tongban.rooms.ids import uuid7

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: uuid7(), range(4000)))
    assert len(set(made)) == 4000

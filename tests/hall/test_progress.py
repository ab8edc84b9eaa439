"""The bar: nothing for a short job, lines where there is no terminal."""

import io

from tongban.hall import progress


def test_a_short_job_shows_nothing():
    stream = io.StringIO()
    with progress.Bar("短", 3, stream) as bar:
        bar.step()
    assert stream.getvalue() == ""


def test_a_long_job_ends_with_a_full_bar(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    stream = io.StringIO()
    with progress.Bar("长", 2, stream) as bar:
        bar._over.wait(0.2)
        bar.step()
    assert stream.getvalue().splitlines()[-1].startswith(f"长 [{'█' * progress.WIDTH}] 100%")
    assert "完成" in stream.getvalue()


def test_a_job_that_fails_does_not_claim_to_be_done(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    stream = io.StringIO()
    try:
        with progress.Bar("长", 4, stream) as bar:
            bar.step()
            bar._over.wait(0.2)
            raise KeyError("x")
    except KeyError:
        pass
    assert "25%" in stream.getvalue().splitlines()[-1]
    assert "没有完成" in stream.getvalue()


def test_track_yields_everything():
    assert list(progress.track([1, 2, 3], "数")) == [1, 2, 3]

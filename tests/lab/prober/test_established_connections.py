"""Connections kept open: how their end is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.prober.probe import Probe
from lab.prober.run import EstablishedProber, ProberError
from lab.prober.watch import LongWatch
from tests.lab.prober.certificates import Authority
from tests.lab.prober.endpoint import Endpoint

Serve = Callable[..., Endpoint]
COUNT = 5


def held(authority: Authority, port: int, timeout_ms: int = 3000) -> Probe:
    return Probe(
        target="127.0.0.1", port=port, ca=authority.ca, duration_s=60, timeout_ms=timeout_ms
    )


@pytest.mark.parametrize("request_every_ms", [None, 20])
def test_connections_nobody_breaks_survive(
    serve: Serve, authority: Authority, port: int, request_every_ms: int | None
) -> None:
    serve()
    probe = held(authority, port)
    with EstablishedProber(None, probe, count=COUNT, request_every_ms=request_every_ms) as prober:
        recording = prober.stop()
    assert recording.by_outcome == {"survived": COUNT}
    assert recording.by_identity == {"server-1": COUNT}


@pytest.mark.parametrize("request_every_ms", [None, 20])
@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_connection_broken_by_the_server_is_recognised(
    serve: Serve, authority: Authority, port: int, how: str, request_every_ms: int | None
) -> None:
    endpoint = serve()
    probe = held(authority, port)
    with EstablishedProber(None, probe, count=COUNT, request_every_ms=request_every_ms) as prober:
        fault = prober.mark(how)
        endpoint.do(how)
        recording = prober.stop()
    print(recording.describe(), f"last after {recording.last_broken_ms(fault):.1f} ms")
    assert recording.by_outcome == {how: COUNT}
    assert all((c.broke_after_ms(fault) or -1) >= 0 for c in recording.broken)


def test_a_killed_server_breaks_a_plain_connection(serve: Serve, port: int) -> None:
    endpoint = serve(tls=False)
    probe = Probe(target="127.0.0.1", port=port, mode="tcp", duration_s=60)
    with EstablishedProber(None, probe, count=COUNT) as prober:
        endpoint.kill()
        recording = prober.stop()
    assert len(recording.broken) == COUNT


@pytest.mark.parametrize("request_every_ms", [None, 50])
def test_a_server_that_falls_silent_is_a_timeout(
    serve: Serve, authority: Authority, port: int, request_every_ms: int | None
) -> None:
    endpoint = serve()
    probe = held(authority, port, timeout_ms=500)
    with EstablishedProber(None, probe, count=COUNT, request_every_ms=request_every_ms) as prober:
        endpoint.do("mute")
        recording = prober.stop()
    assert recording.by_outcome == {"timeout": COUNT}


def test_connections_that_do_not_open_are_an_error(authority: Authority, port: int) -> None:
    with (
        pytest.raises(ProberError, match=r"only 0 of 5 connections .*refused"),
        EstablishedProber(None, held(authority, port), count=COUNT),
    ):
        pass


def test_a_watch_that_nobody_breaks_survives_and_delivers(
    serve: Serve, authority: Authority, port: int
) -> None:
    endpoint = serve()
    with LongWatch(None, f"https://127.0.0.1:{port}/items?watch=1", ca=authority.ca) as watch:
        endpoint.do("event")
        assert watch.wait_for_event(within_s=10)
        result = watch.stop()
    assert result.survived
    assert result.events == 1


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_watch_broken_by_the_server_says_how(
    serve: Serve, authority: Authority, port: int, how: str
) -> None:
    endpoint = serve()
    with LongWatch(None, f"https://127.0.0.1:{port}/items?watch=1", ca=authority.ca) as watch:
        endpoint.do(how)
        assert not watch.wait_for_event(within_s=10)
        result = watch.stop()
    assert result.outcome == how


def test_a_watch_on_a_stranger_does_not_open(serve: Serve, port: int, tmp_path: Path) -> None:
    serve()
    stranger = Authority(tmp_path, "stranger")
    with (
        pytest.raises(ProberError, match=r"did not open.*CERTIFICATE_VERIFY_FAILED"),
        LongWatch(None, f"https://127.0.0.1:{port}/?watch=1", ca=stranger.ca),
    ):
        pass

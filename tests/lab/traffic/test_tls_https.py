"""HTTPS alone: HSTS, and the redirect of plain HTTP."""

import httpx
import pytest

from components.model.capabilities import Engine
from components.model.feature import Feature
from components.model.http import Http
from components.model.tls import Tls
from tests.authority import Authority
from tests.lab.traffic.addresses import Family
from tests.lab.traffic.certificates import certificates, secret_files
from tests.lab.traffic.models import PORT, balancer, listener, pool
from tests.lab.traffic.tls import ClientTls
from tests.lab.traffic.traffic import Traffic

NAME = "www.example.org"


@pytest.mark.proves(Feature.HSTS)
@pytest.mark.parametrize("path", ["/", "/status/500"])
def test_every_answer_tells_browsers_to_use_https_alone(
    traffic: Traffic, engine: Engine, authority: Authority, path: str, family: Family
) -> None:
    issued = authority.server(NAME)
    server = traffic.web_server("a", family=family)
    ending = listener(
        pool(server.backend()),
        mode="http",
        tls=Tls(certificates=certificates(web=issued)),
        http=Http(hsts_max_age_s=31_536_000),
    )
    traffic.edge(balancer(engine, ending), secret_files(web=issued))
    with traffic.client(family=family).http(tls=ClientTls(server_name=NAME)) as web:
        assert _hsts(web.get(f"https://{NAME}:{PORT}{path}")) == ["max-age=31536000"]
        server.stop()
        own = web.get(f"https://{NAME}:{PORT}/")
        assert own.status_code in (502, 503)
        assert _hsts(own) == ["max-age=31536000"]


@pytest.mark.proves(Feature.HTTPS_REDIRECT)
@pytest.mark.parametrize(
    ("port", "authority_of_answer"), [(443, "www.example.org"), (8443, "www.example.org:8443")]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_is_sent_to_the_same_place_on_https(
    traffic: Traffic,
    engine: Engine,
    family: Family,
    *,
    port: int,
    authority_of_answer: str,
    method: str,
) -> None:
    traffic.edge(
        balancer(engine, listener(None, mode="http", http=Http(redirect_to_https_port=port)))
    )
    with traffic.client(family=family).http() as web:
        answer = web.request(method, f"http://{NAME}:{PORT}/a%20b/c?d=e&f=%2F")
    assert answer.status_code == httpx.codes.PERMANENT_REDIRECT
    assert answer.headers["location"] == f"https://{authority_of_answer}/a%20b/c?d=e&f=%2F"


def _hsts(answer: httpx.Response) -> list[str]:
    return answer.headers.get_list("strict-transport-security")

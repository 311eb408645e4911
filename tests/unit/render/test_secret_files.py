"""Secret files: which there are, and that none tells a password."""

import pytest
from passlib.hash import sha512_crypt

from components.model.capabilities import Engine
from components.model.load_balancer import Stats
from components.model.tls import Certificate
from components.render.secrets import (
    password_file,
    render_certificate,
    render_password_file,
    secret_file_names,
)
from tests.authority import Authority
from tests.unit.models import sample
from tests.unit.tls_models import for_either_engine, tls_listener

PASSWORD = "s3cret pass'word"


@pytest.mark.parametrize("engine", Engine)
def test_the_password_is_hashed_and_equal_input_gives_equal_bytes(engine: Engine) -> None:
    lb = for_either_engine(engine=engine)
    text = render_password_file(lb, PASSWORD)
    assert "s3cret" not in text
    assert text == render_password_file(lb, PASSWORD)
    assert text != render_password_file(for_either_engine(engine=engine, name="other"), PASSWORD)


@pytest.mark.parametrize("engine", Engine)
def test_the_hash_is_the_passwords(engine: Engine) -> None:
    text = render_password_file(for_either_engine(engine=engine), PASSWORD).split("admin", 1)[1]
    assert sha512_crypt.verify(PASSWORD, text[text.index("$6$") :].strip())


def test_an_empty_password_is_refused_with_the_way_to_set_one() -> None:
    with pytest.raises(ValueError, match="pulumi config set --secret k8s-ha-lb:statsPassword"):
        render_password_file(sample(), "")


def test_each_engine_has_its_own_password_file() -> None:
    assert password_file(for_either_engine(engine=Engine.HAPROXY)) == "userlist.cfg"
    assert password_file(for_either_engine(engine=Engine.NGINX)) == "htpasswd"


@pytest.mark.parametrize("engine", Engine)
def test_every_certificate_has_a_file_and_a_page_without_password_none(engine: Engine) -> None:
    issued = Authority("ca").server("a.test")
    listeners = (tls_listener(web=issued, shop=issued),)
    lb = for_either_engine(engine=engine, listeners=listeners, stats=Stats(enabled=False))
    assert secret_file_names(lb) == ("certificate-web.pem", "certificate-shop.pem")


def test_a_certificate_of_the_check_is_needed_where_the_engine_makes_checks() -> None:
    asking = for_either_engine(client_certificate=True, stats=Stats(enabled=False))
    assert secret_file_names(asking) == ("health-check.pem",)
    assert secret_file_names(asking.model_copy(update={"engine": Engine.NGINX})) == ()


def test_the_key_follows_the_chain_on_a_line_of_its_own() -> None:
    issued = Authority("ca").server("a.test")
    certificate = Certificate(name="web", chain=issued.chain)
    content = render_certificate(certificate, issued.key.rstrip())
    assert content == issued.chain + issued.key

"""What a transaction prints, read back."""

import pytest

from components.render.transaction import parse_outputs, parse_secrets_reference


def test_facts_are_read_by_kind() -> None:
    facts = parse_outputs("release=ab12\nsha256 haproxy/a=b.cfg=ff\npackage haproxy=1:2.6-1\n")
    assert facts.release == "ab12"
    assert facts.files == {"haproxy/a=b.cfg": "ff"}
    assert facts.packages == {"haproxy": "1:2.6-1"}


@pytest.mark.parametrize("stdout", ["", "sha256 a=b\n", "release=a\nReading package lists...\n"])
def test_anything_but_facts_is_refused(stdout: str) -> None:
    with pytest.raises(ValueError, match="a transaction printed"):
        parse_outputs(stdout)


@pytest.mark.parametrize("stdout", ["", "secrets=", "secrets=../key", "release=ab"])
def test_a_missing_secrets_reference_is_refused(stdout: str) -> None:
    with pytest.raises(ValueError, match="printed no reference"):
        parse_secrets_reference(stdout)


def test_the_secrets_reference_is_read() -> None:
    assert parse_secrets_reference("secrets=ab12\n") == "ab12"

"""The rendered transaction as text and under a real shell."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from components.model.node import OsFamily
from components.render.plan import ManagedFile
from components.render.transaction import (
    FAMILIES,
    HostFamily,
    HostPaths,
    render_removal,
    render_secrets_transaction,
    render_transaction,
)
from components.render.transaction.content import heredoc
from components.render.transaction.transaction import TEMPLATES
from tests.unit.transaction.plans import PLAN

DEBIAN = FAMILIES[OsFamily.DEBIAN]
RHEL = FAMILIES[OsFamily.RHEL]

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
hard_texts = st.lists(
    st.sampled_from(
        (
            "END_OF_FILE",
            "END_OF",
            "E",
            "é",
            "\x80",
            "|",
            "\n",
            "$HOME",
            "`id`",
            "\\",
            "'",
            "\r",
            "\t",
        )
    )
).map("".join)


def traced(script: str, tmp_path: Path) -> list[str]:
    """The commands a shell executes of a script that has no program at hand."""
    result = subprocess.run(
        ["/bin/sh", "-x", "-s"],
        input=script.encode(),
        capture_output=True,
        env={"PATH": str(tmp_path), "PS4": "+ "},
        check=False,
    )
    lines = result.stderr.decode(errors="replace").splitlines()
    return [line.removeprefix("+ ") for line in lines if line.startswith("+ ")]


def sandbox(folder: Path) -> HostPaths:
    return HostPaths(
        root=f"{folder}/root",
        units=f"{folder}/units",
        sysctl=f"{folder}/sysctl",
        run=f"{folder}/run",
        log=f"{folder}/log",
    )


def test_the_debian_transaction_as_reviewers_see_it(snapshot: SnapshotAssertion) -> None:
    assert render_transaction(PLAN, DEBIAN, None) == snapshot


def test_the_removal_as_reviewers_see_it(snapshot: SnapshotAssertion) -> None:
    assert render_removal(PLAN, DEBIAN) == snapshot


def test_the_commands_of_the_rhel_family(snapshot: SnapshotAssertion) -> None:
    commands = TEMPLATES.get_template(RHEL.template).render()
    assert commands in render_transaction(PLAN, RHEL, None)
    assert commands in render_removal(PLAN, RHEL)
    assert commands == snapshot


@pytest.mark.parametrize("family", [DEBIAN, RHEL], ids=["debian", "rhel"])
def test_every_script_is_valid_shell(family: HostFamily) -> None:
    for script in (
        render_transaction(PLAN, family, None),
        render_transaction(
            replace(PLAN, secrets_link="haproxy/secrets"), family, "0123456789abcdef"
        ),
        render_removal(PLAN, family),
        render_secrets_transaction({"userlist.cfg": "userlist a\n"}),
    ):
        subprocess.run(["/bin/sh", "-n"], input=script, text=True, check=True)


def test_the_same_plan_gives_the_same_text() -> None:
    assert render_transaction(PLAN, DEBIAN, None) == render_transaction(replace(PLAN), DEBIAN, None)


@pytest.mark.parametrize("change", [{"content": "other\n"}, {"mode": 0o600}, {"path": "other"}])
def test_the_release_name_follows_content_mode_and_path(change: dict[str, Any]) -> None:
    changed = replace(PLAN.files[0], **change)
    other = replace(PLAN, files=(changed, *PLAN.files[1:]))
    assert release_line(render_transaction(other, DEBIAN, None)) != release_line(
        render_transaction(PLAN, DEBIAN, None)
    )


def release_line(script: str) -> str:
    return next(line for line in script.splitlines() if line.startswith("release="))


@pytest.mark.parametrize(
    "script",
    [
        render_transaction(PLAN, DEBIAN, None, sandbox(Path("/nonexistent"))),
        render_secrets_transaction({"a": "x\n"}, sandbox(Path("/nonexistent"))),
    ],
    ids=["transaction", "secrets"],
)
def test_a_truncated_script_executes_nothing(script: str, tmp_path: Path) -> None:
    whole = script.encode()
    name = script.splitlines()[-1].split()[0]
    assert name in traced(script, tmp_path)
    for length in [*range(0, len(whole) - 50, 50), *range(len(whole) - 50, len(whole) - 12)]:
        cut = whole[:length].decode(errors="ignore")
        executed = traced(cut, tmp_path)
        assert all(name.startswith(line) and line != name for line in executed), (length, executed)


def test_a_script_that_lost_only_its_redirection_is_whole() -> None:
    last = render_transaction(PLAN, DEBIAN, None).splitlines()[-1]
    assert last == "k8s_ha_lb_transaction </dev/null"


@given(content=texts | hard_texts)
@example(content="E\x80\n")  # dash 0.5.12 drops a byte of a plain heredoc here
@settings(deadline=None, max_examples=300)
def test_any_text_arrives_unchanged(content: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("heredoc", numbered=True)
    script = f"write() {{\n{heredoc('file', content)}}}\nwrite\n"
    subprocess.run(["/bin/sh", "-s"], input=script.encode(), cwd=folder, check=True)
    assert (folder / "file").read_bytes() == content.encode()


def test_a_nul_character_is_refused_by_path() -> None:
    plan = replace(PLAN, files=(ManagedFile(path="haproxy/haproxy.cfg", content="a\0b"),))
    with pytest.raises(ValueError, match=r"haproxy/haproxy\.cfg holds a NUL"):
        render_transaction(plan, DEBIAN, None)


@pytest.mark.parametrize(("link", "reference"), [("haproxy/secrets", None), (None, "abc")])
def test_secrets_and_their_reference_go_together(link: str | None, reference: str | None) -> None:
    with pytest.raises(ValueError, match="exactly when the plan has secrets"):
        render_transaction(replace(PLAN, secrets_link=link), DEBIAN, reference)


def test_secrets_that_workers_read_need_a_link_and_a_group() -> None:
    with pytest.raises(ValueError, match="needs secrets_link and engine_group"):
        replace(PLAN, engine_readable_secrets=("htpasswd",), secrets_link="nginx/secrets")


def test_a_drop_in_under_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"use systemd/haproxy\.conf"):
        replace(PLAN.services[0], drop_in="systemd/proxy.conf")


def test_an_unknown_package_role_is_named() -> None:
    with pytest.raises(ValueError, match="packages has envoy: family debian knows"):
        render_transaction(replace(PLAN, packages=("envoy",)), DEBIAN, None)


def test_a_secret_file_stays_in_its_folder() -> None:
    with pytest.raises(ValueError, match=r"secret file '\.\./key' must be a plain file name"):
        render_secrets_transaction({"../key": "x"})

"""What holds for every valid model and both engines; the programs themselves have the last word.

`EXAMPLES=500 pytest tests/unit/render/test_properties.py` tries more models than the usual few.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck as Hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st

from components.model.capabilities import Engine
from components.model.load_balancer import LoadBalancer
from components.render.host import host_plan
from components.render.layout import CHECK_CERTIFICATE_FILE, certificate_file
from components.render.plan import HostPlan
from components.render.secrets import password_file, render_password_file, secret_file_names
from tests.unit.any_models import any_load_balancers, issued, settings_of
from tests.unit.certificates import with_key

EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
CHECKING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        Hypothesis.function_scoped_fixture,
        Hypothesis.too_slow,
        Hypothesis.large_base_example,
        Hypothesis.data_too_large,
    ],
)
engines = pytest.mark.parametrize("engine", Engine)
CHECK_CERTIFICATE = with_key("health-check")


def configuration(plan: HostPlan, engine: Engine) -> str:
    """The engine's own file."""
    name = {Engine.HAPROXY: "haproxy.cfg", Engine.NGINX: "nginx.conf"}[engine]
    return next(file.content for file in plan.files if Path(file.path).name == name)


def secrets_of(lb: LoadBalancer) -> dict[str, str]:
    """Every secret file that the engine reads."""
    known = {certificate_file(name): each.chain + each.key for name, each in issued().items()}
    known[CHECK_CERTIFICATE_FILE] = CHECK_CERTIFICATE
    known[password_file(lb)] = render_password_file(lb, "x") if lb.stats.enabled else ""
    return {name: known[name] for name in secret_file_names(lb)}


def stage(plan: HostPlan, secrets: dict[str, str], release: Path) -> None:
    """Writes a release as a host has it."""
    folder = release / (plan.secrets_link or "")
    for file in plan.release_files(str(folder)):
        path = release / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content.encode())
    for name, content in secrets.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: nginx is checked in its own network")
@engines
@CHECKING
@given(data=st.data())
def test_the_real_program_accepts_every_valid_model(
    engine: Engine, data: st.DataObject, tmp_path: Path
) -> None:
    if shutil.which(engine.value) is None:
        pytest.skip(f"{engine.value} is not installed here")
    lb = data.draw(any_load_balancers(engine))
    release = tmp_path / "release"
    shutil.rmtree(release, ignore_errors=True)
    plan = host_plan(lb, lb.nodes[0])
    stage(plan, secrets_of(lb), release)
    (service,) = (each for each in plan.services if each.name == engine.value)
    command = ["sh", "-c", service.validate.format(release=release)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@engines
@CHECKING
@given(data=st.data())
def test_no_backend_and_no_listener_is_lost(engine: Engine, data: st.DataObject) -> None:
    lb = data.draw(any_load_balancers(engine))
    text = configuration(host_plan(lb, lb.nodes[0]), engine)
    wanted = Counter(_socket(b.address, b.port) for pool in lb.pools for b in pool.backends)
    served = Counter(
        re.findall(r"^\s*server (?:[a-z][\w-]* )?([\d.]+:\d+|\[.*?\]:\d+)", text, re.M)
    )
    assert all(served[socket] >= count for socket, count in wanted.items())
    bound = set(re.findall(r"^\s*(?:bind|listen) (\S+?:\d+)[ ;\n]", text, re.M))
    for vip in lb.vips:
        assert {_socket(vip.address, x.port) for x in lb.listeners} <= bound


@engines
@CHECKING
@given(data=st.data())
def test_equal_models_give_equal_bytes_whatever_order_has_no_meaning(
    engine: Engine, data: st.DataObject
) -> None:
    values = data.draw(settings_of(engine))
    lb = LoadBalancer.model_validate(values)
    same = LoadBalancer.model_validate(lb.model_dump(mode="json", by_alias=True))
    for key in ("nodes", "vips", "listeners"):
        values[key] = data.draw(st.permutations(values[key]))
    for listener in values["listeners"]:
        for key in ("routes", "sniRoutes", "allowedCidrs", "deniedCidrs", "acceptProxyFrom"):
            listener[key] = data.draw(st.permutations(listener.get(key, [])))
        for key, inner in (("http", "errorPages"), ("tls", "names")):
            if listener.get(key):
                listener[key][inner] = data.draw(st.permutations(listener[key][inner]))
    shuffled = LoadBalancer.model_validate(values)
    for node in lb.nodes:
        plan = host_plan(lb, node)
        assert host_plan(same, node) == plan
        assert host_plan(shuffled, node) == plan


@engines
@CHECKING
@given(data=st.data())
def test_a_hostile_string_stays_in_its_place(engine: Engine, data: st.DataObject) -> None:
    values = data.draw(settings_of(engine))
    hostile = LoadBalancer.model_validate(values)
    for pool in _pools(values):
        if "healthCheck" in pool:
            pool["healthCheck"]["path"] = "/calm"
    for listener in values["listeners"]:
        for page in listener.get("http", {}).get("errorPages", []):
            page["content"] = "calm"
    calm = LoadBalancer.model_validate(values)
    for node in hostile.nodes:
        texts = [configuration(host_plan(lb, node), engine) for lb in (hostile, calm)]
        assert _skeleton(texts[0]) == _skeleton(texts[1])


def _skeleton(text: str) -> list[str]:
    """The first word of every line, and how deep it is."""
    return re.findall(r"^[ \t]*[^ \t\n]*", text, re.M)


def _socket(address: object, port: int) -> str:
    return f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"


def _pools(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for listener in values["listeners"]:
        if "pool" in listener:
            yield listener["pool"]
        for route in (*listener.get("routes", ()), *listener.get("sniRoutes", ())):
            yield route["pool"]

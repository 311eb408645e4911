"""The offline command plugin against the recorded conversation of the official one.

Every recorded call is made again over gRPC, against a real sshd, and the answers are compared. Left
out of the comparison, and why:

- ids: the name of the resource and eight random hexadecimal digits; the form is compared;
- the order of `diffs`: the official plugin's changes from run to run;
- `Handshake`: only the status code; the text is written by the gRPC library;
- `Cancel`: it ends the official plugin's process after every step; here one process serves all.

The recording's placeholders (private key, host key, port, the folder /srv) are replaced by those of
the test's own sshd.
"""

import gzip
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from lab.parts import stand_in_home
from tests.engine.ssh_server import SshServer

pytestmark = pytest.mark.engine

RECORDING = Path(__file__).parent / "recordings" / "command_grpc.jsonl.gz"
RECORDED_PORT, RECORDED_CLOSED_PORT, RECORDED_FOLDER = 2222, 2223, "/srv"
COMPARED = {"CheckConfig", "DiffConfig", "Configure", "Check", "Diff", "Create", "Update", "Delete"}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nothing listens on, kept from others while the test runs."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def plugin() -> Iterator[ResourceProviderStub]:
    """The plugin as the engine starts it: a process that prints its port."""
    home = stand_in_home.place_command_plugin("resource-command-v1.2.1")
    program = home / "plugins" / "resource-command-v1.2.1" / "pulumi-resource-command"
    process = subprocess.Popen([program, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield ResourceProviderStub(channel)
    process.terminate()
    assert process.wait(timeout=10) == 0


def recorded_calls(server: SshServer, closed_port: int, folder: Path) -> list[dict[str, Any]]:
    """The recording with the placeholders filled in."""
    wrong_key = _another_host_key(folder)
    seen_keys: list[str] = []

    def fill(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: fill(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [fill(each, name) for each in value]
        if name == "port":
            return {RECORDED_PORT: server.port, RECORDED_CLOSED_PORT: closed_port}[value]
        return fill_text(value, name) if isinstance(value, str) else value

    def fill_text(value: str, name: str) -> str:
        if name == "hostKey":
            if value not in seen_keys:
                seen_keys.append(value)
            return server.host_key if value == seen_keys[0] else wrong_key
        filled = value.replace("PRIVATE-KEY", server.private_key)
        filled = filled.replace(f"{RECORDED_FOLDER}/", f"{folder}/")
        return filled.replace(f":{RECORDED_CLOSED_PORT}:", f":{closed_port}:")

    lines = gzip.decompress(RECORDING.read_bytes()).decode().splitlines()
    calls = [fill(json.loads(line)) for line in lines if line.strip()]
    assert len(seen_keys) == 2, "the recording holds the right host key and one wrong one"
    return calls


def test_every_recorded_call_gets_the_official_plugins_answer(
    plugin: ResourceProviderStub, ssh_server: SshServer, closed_port: int, tmp_path: Path
):
    folder = tmp_path / "target"
    folder.mkdir()
    calls = recorded_calls(ssh_server, closed_port, folder)
    compared = dict.fromkeys(COMPARED, 0)
    for number, call in enumerate(calls):
        method = call["method"]
        if method == "Cancel":
            continue
        answer, error = _ask(plugin, method, call["request"])
        where = f"call {number}, step {call['step']}: {method} {call['request'].get('name', '')}"
        if method == "Handshake":
            assert error.startswith("rpc error: code = Unimplemented"), where
            continue
        assert error == (call["errors"][0] if call["errors"] else ""), where
        assert _comparable(method, answer) == _comparable(method, call["response"]), where
        if method in compared:
            compared[method] += 1
    assert all(compared.values()), compared
    assert not (folder / "out.txt").exists(), "the recorded destroy removes the file"
    print(f"compared with the official plugin: {compared}", file=sys.stderr)


def _ask(
    plugin: ResourceProviderStub, method: str, request: dict[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    kinds = {"Handshake": "ProviderHandshakeRequest"}
    kinds |= dict.fromkeys(("CheckConfig",), "CheckRequest")
    kinds |= dict.fromkeys(("DiffConfig",), "DiffRequest")
    if method == "GetPluginInfo":
        from google.protobuf.empty_pb2 import Empty

        message = Empty()
    else:
        kind = getattr(provider_pb2, kinds.get(method, f"{method}Request"))
        message = json_format.ParseDict(request, kind())
    try:
        answer = getattr(plugin, method)(message, timeout=60)
    except grpc.RpcError as problem:
        code = problem.code().name.title().replace("_", "")
        return None, f"rpc error: code = {code} desc = {problem.details()}"
    return json_format.MessageToDict(answer), ""


def _comparable(method: str, answer: dict[str, Any] | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    if method == "Diff" and "diffs" in answer:
        answer["diffs"] = sorted(answer["diffs"])
    if method == "Create":
        assert re.fullmatch(r"[a-z]+[0-9a-f]{8}", answer["id"]), answer["id"]
        answer["id"] = re.sub(r"[0-9a-f]{8}$", "", answer["id"])
    return answer


def _another_host_key(folder: Path) -> str:
    path = folder.parent / "another_host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path.with_name(f"{path.name}.pub").read_text()

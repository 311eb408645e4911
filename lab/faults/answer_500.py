"""A kube-apiserver that answers 500.

No real apiserver can be told to, so a stand-in does: new connections to the host's port are
redirected to a responder that holds that apiserver's own certificate and answers 500 to
everything. Connections that are open already stay with the real apiserver.
"""

import sys
from pathlib import Path

from lab.commands import run
from lab.control_plane.api import ControlPlaneClient
from lab.control_plane.readiness import wait_for
from lab.fabric.namespaces import inside
from lab.faults.fault import Fault, Role
from lab.hosts import APISERVER_PORT, SWITCH, ipv4
from lab.records import read_record, record_path, start, stop
from lab.state import Lab

RESPONDER = Path(__file__).with_name("responder_500.py")
RESPONDER_PORT = 9443
READY_S = 15.0

NO_REDIRECT = """
table inet answer_500 { }
delete table inet answer_500
"""

REDIRECT = f"""{NO_REDIRECT}
table inet answer_500 {{
    chain arriving {{
        type nat hook prerouting priority dstnat;
        tcp dport {APISERVER_PORT} redirect to :{RESPONDER_PORT}
    }}
}}
"""


def _name(target: str) -> str:
    return f"answer-500-stand-in-{target}"


def _prepare(lab: Lab, target: str) -> None:
    record = read_record(lab, _name(target))
    if record is None or not record.running:
        _start_responder(lab, target)


def _answer_500(lab: Lab, target: str) -> None:
    _prepare(lab, target)
    run(inside(lab, target, ["nft", "-f", "-"]), text_in=REDIRECT)


def _start_responder(lab: Lab, target: str) -> None:
    certificate, key = lab.pki / f"{target}.crt", lab.pki / f"{target}.key"
    program = [sys.executable, "-I", str(RESPONDER), str(certificate), str(key)]
    record = start(lab, _name(target), inside(lab, target, [*program, str(RESPONDER_PORT)]))
    url = f"https://{ipv4(target)}:{RESPONDER_PORT}/readyz"
    client = ControlPlaneClient(lab, seen_from=SWITCH)
    wait_for(
        f"the responder on {target}",
        lambda: client.request("GET", url)[0] == 500,
        record,
        timeout_s=READY_S,
    )


def _answer_truly(lab: Lab, target: str) -> None:
    run(inside(lab, target, ["nft", "-f", "-"]), text_in=NO_REDIRECT)
    record = read_record(lab, _name(target))
    if record is not None:
        stop(record, grace_s=2)
        record_path(lab, record.name).unlink(missing_ok=True)


FAULTS = (
    Fault(
        "answer-500",
        frozenset({Role.APISERVER}),
        "new connections are answered with status 500 (by a stand-in with the same certificate)",
        _answer_500,
        _answer_truly,
        prepare=_prepare,
    ),
)

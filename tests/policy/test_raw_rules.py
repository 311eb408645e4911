"""Rules over raw resources of app teams: SSH connections, commands and BIG-IP pools."""

from typing import Any

import pulumi
import pytest

from policy.rules import health_check_present, host_key_verified, no_secret_in_command
from policy.rules.at_least_two_backends_f5 import POOL
from policy.rules.no_secret_in_command import secrets_in
from tests.policy.judging import UNKNOWN, Given, Verdict, judge

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
PRIVATE_KEY = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----"
)


def connected(
    connection: object, type: str = "command:remote:Command", **config: object
) -> Verdict:
    given = Given({"connection": connection, "create": "true"}, name="web", type=type)
    return judge(host_key_verified.POLICY, given, config=config)


def test_a_connection_with_a_host_key_satisfies_the_rule() -> None:
    assert connected({"host": "198.18.0.11", "hostKey": HOST_KEY}).clean


@pytest.mark.parametrize("type", host_key_verified.REMOTE_TYPES)
@pytest.mark.parametrize("given", [{}, {"hostKey": None}, {"hostKey": ""}, {"hostKey": " "}])
def test_a_connection_without_a_host_key_is_refused(type: str, given: dict[str, Any]) -> None:
    message = connected({"host": "198.18.0.11"} | given, type).only
    assert message.startswith("web: connection.hostKey is not set for 198.18.0.11: ")
    assert "set connection.hostKey to the line of /etc/ssh/ssh_host_ed25519_key.pub" in message


def test_a_proxy_without_a_host_key_is_refused() -> None:
    connection = {"host": "a", "hostKey": HOST_KEY, "proxy": {"host": "bastion"}}
    assert "connection.proxy.hostKey is not set for bastion" in connected(connection).only


def test_a_proxy_with_a_host_key_satisfies_the_rule() -> None:
    proxy = {"host": "bastion", "hostKey": HOST_KEY}
    assert connected({"host": "a", "hostKey": HOST_KEY, "proxy": proxy}).clean


def test_a_resource_without_a_connection_is_refused() -> None:
    given = Given({"create": "true"}, name="web", type="command:remote:Command")
    assert "connection is missing" in judge(host_key_verified.POLICY, given).only


@pytest.mark.parametrize(
    ("connection", "path"),
    [
        (UNKNOWN, "connection"),
        ({"host": "a", "hostKey": UNKNOWN}, "connection.hostKey"),
        ({"host": "a", "hostKey": HOST_KEY, "proxy": UNKNOWN}, "connection.proxy"),
    ],
)
def test_a_host_key_that_is_not_known_yet_is_shown_and_can_be_refused(
    connection: object, path: str
) -> None:
    verdict = connected(connection)
    assert not verdict.violations
    assert f"web: {path} is not known before the update" in verdict.unknown
    assert f"{path} is not known" in connected(connection, whenUnknown="refuse").only


def test_an_unknown_proxy_does_not_hide_a_missing_host_key() -> None:
    verdict = connected({"host": "a", "proxy": UNKNOWN})
    assert "connection.hostKey is not set" in verdict.only
    assert "connection.proxy is not known" in verdict.unknown


def commanded(type: str = "command:remote:Command", **props: object) -> Verdict:
    return judge(no_secret_in_command.POLICY, Given(props, name="web", type=type))


@pytest.mark.parametrize("type", no_secret_in_command.COMMAND_TYPES)
@pytest.mark.parametrize("prop", ["create", "update", "delete"])
def test_a_private_key_in_a_command_is_refused_and_never_shown(type: str, prop: str) -> None:
    message = commanded(type, **{prop: f"umask 077\ncat > key <<E\n{PRIVATE_KEY}\nE"}).only
    assert message.startswith(f"web: {prop} is holding a private key in line 3: ")
    assert "`stdin`" in message
    assert "b3BlbnNzaC1rZXk" not in message


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2",
        "export DB_PASSWORD='hunter2'",
        "mysql --password=hunter2 -e 'select 1'",
        "tool --token hunter2",
        "A=1 dbpassword=hunter2 run",
        'echo "auth_pass: hunter2" > x',
        '{"password": "hunter2"}',
        "curl https://admin:hunter2@example.org/",
        "sshpass -p hunter2 ssh host",
        "echo root:hunter2 | chpasswd",
        "printf 'root:hunter2' | sudo chpasswd",
        "curl -H 'Authorization: Bearer hunter2hunter2'",
        "API_KEY=hunter2",
        "DB_PWD=hunter2",
        "cat > x <<E\npassword: 'hunter2 and more'\nE",
    ],
)
def test_a_literal_password_is_refused_and_never_shown(text: str) -> None:
    verdict = commanded(create=text)
    assert verdict.violations
    assert "hunter2" not in "".join(verdict.violations)


@pytest.mark.parametrize(
    "text",
    [
        "password=$PASSWORD",
        'password="$(cat /etc/secret)"',
        "password=${PASSWORD:?}",
        "PASSWORD_FILE=/etc/secret",
        "mysql --password-file /etc/secret",
        "ssh -o PasswordAuthentication=no host",
        "echo 'deploy ALL=(ALL) NOPASSWD: ALL'",
        "read -r password",
        "passwd --lock root",
        "curl https://example.org:8080/a@b",
        "password={{ secret }}",
        "password=<yours>",
        "token=",
        'fail "$PASSWORD: not set, and nothing else says it"',
        "echo 'wrong password: try again'",
        "PWD=/srv env",
        'OLDPWD="/srv"',
        "secretName: tls",
        "kubectl get secret web --output yaml",
        "openssl x509 -in cert.pem # -----BEGIN CERTIFICATE-----",
        "cat /etc/ssh/ssh_host_ed25519_key.pub",
        "systemctl reload haproxy",
    ],
)
def test_a_reference_to_a_secret_is_no_secret(text: str) -> None:
    assert secrets_in(text) == []


def test_a_literal_password_in_the_environment_is_refused() -> None:
    environment = {"DB_PASSWORD": "hunter2", "DB_HOST": "db", "TOKEN": "$TOKEN"}
    message = commanded("command:local:Command", environment=environment).only
    assert message.startswith("web: environment.DB_PASSWORD is holding a literal value: ")
    assert "hunter2" not in message


def test_a_secret_in_the_triggers_is_refused_with_its_place() -> None:
    triggers = [1, "abc", ["x", pulumi.StringAsset(PRIVATE_KEY)]]
    assert "triggers[2][1].text is holding a private key" in commanded(triggers=triggers).only


def test_a_secret_on_standard_input_is_where_it_belongs() -> None:
    assert commanded(create="cat > key", stdin=PRIVATE_KEY).clean


def test_a_command_without_a_text_satisfies_the_rule() -> None:
    assert commanded(connection={"host": "a"}).clean


@pytest.mark.parametrize(
    ("props", "path"),
    [
        ({"create": UNKNOWN}, "create"),
        ({"environment": {"A": UNKNOWN}}, "environment.A"),
        ({"triggers": ["x", UNKNOWN]}, "triggers[1]"),
    ],
)
def test_a_text_that_is_not_known_yet_is_shown(props: dict[str, Any], path: str) -> None:
    verdict = commanded(**props)
    assert not verdict.violations
    assert f"web: {path} is not known before the update" in verdict.unknown


def test_an_unknown_text_does_not_hide_a_secret_in_another() -> None:
    verdict = commanded(create=UNKNOWN, delete="password=hunter2")
    assert "delete is holding" in verdict.only
    assert "create is not known" in verdict.unknown


def test_a_text_that_is_not_known_yet_can_be_refused() -> None:
    given = Given({"create": UNKNOWN}, name="web", type="command:local:Command")
    verdict = judge(no_secret_in_command.POLICY, given, config={"whenUnknown": "refuse"})
    assert "create is not known" in verdict.only


@pytest.mark.parametrize("props", [{}, {"monitors": []}, {"monitors": None}])
def test_a_big_ip_pool_without_a_monitor_is_refused(props: dict[str, Any]) -> None:
    message = judge(health_check_present.POLICY, Given(props, name="web", type=POOL)).only
    assert message.startswith("web: monitors is empty: ")
    assert "name a monitor in `monitors`" in message


def test_a_big_ip_pool_with_a_monitor_satisfies_the_rule() -> None:
    given = Given({"monitors": [UNKNOWN]}, name="web", type=POOL)
    assert judge(health_check_present.POLICY, given).clean


def test_a_big_ip_pool_whose_monitors_are_unknown_is_shown() -> None:
    verdict = judge(health_check_present.POLICY, Given({"monitors": UNKNOWN}, type=POOL))
    assert "monitors is not known before the update" in verdict.unknown

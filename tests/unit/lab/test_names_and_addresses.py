"""Names and addresses of a lab."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest

from lab.hosts import LOAD_BALANCERS, PLUGGED_BY_THE_LAB, SWITCH, hardware_address, ipv4, ipv6
from lab.state import Lab, LabNameError

EVERYBODY = (SWITCH, *PLUGGED_BY_THE_LAB, *LOAD_BALANCERS, "vip")


@pytest.mark.parametrize("name", ["", "Lab", "my-lab", "1lab", "lab_2", "toolongname", "log", "ä"])
def test_a_name_that_could_be_mistaken_for_another_is_refused(name: str) -> None:
    with pytest.raises(LabNameError, match="lab name"):
        Lab.named(name)


def test_a_lab_owns_its_own_namespaces_and_no_others() -> None:
    lab = Lab.named("lab")
    assert all(lab.owns_namespace(lab.namespace(host)) for host in ("switch", "cp3", "lb1", "lb12"))
    for other in ("lab2-switch", "lab-router", "lab", "lab-", "lab-lb", "lab-lb1-x", "my-lab-lb1"):
        assert not lab.owns_namespace(other), other


def test_a_lab_owns_its_own_cgroups_and_no_others() -> None:
    lab = Lab.named("lab")
    assert lab.owns_cgroup("k8s-ha-lb-lab-lb1")
    assert not lab.owns_cgroup("k8s-ha-lb-lab2-lb1")
    assert not lab.owns_cgroup("k8s-ha-lb-lab")


def test_all_addresses_are_in_the_ranges_reserved_for_benchmarks_and_differ() -> None:
    assert all(ipv4(host) in IPv4Network("198.18.0.0/15") for host in EVERYBODY)
    assert all(ipv6(host) in IPv6Network("2001:2::/48") for host in EVERYBODY)
    for of in (ipv4, ipv6, hardware_address):
        assert len({of(host) for host in EVERYBODY}) == len(EVERYBODY)


def test_an_ipv6_address_ends_in_the_decimal_digits_of_the_ipv4_one() -> None:
    assert str(ipv4("lb1")) == "198.18.0.11"
    assert str(ipv6("lb1")) == "2001:2:0:1::11"
    assert str(ipv6("stranger")) == "2001:2:0:1::200"


def test_folders_with_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    lab = Lab.named("demo", under=tmp_path)
    lab.make_folders()
    for folder in (lab.kubeconfig, lab.ssh, lab.etcd, lab.backend):
        assert folder.stat().st_mode & 0o077 == 0, folder

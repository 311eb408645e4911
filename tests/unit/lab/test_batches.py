"""The network as text for ip(8) and nft(8)."""

from lab.fabric import batch
from lab.faults import FAULTS, Role
from lab.faults.network import loss_rules, partition_rules
from lab.hosts import SWITCH
from lab.state import Lab


def test_the_switch_forwards_at_once_and_keeps_its_hardware_address() -> None:
    text = batch.switch()
    assert "type bridge forward_delay 0 stp_state 0 mcast_snooping 0" in text
    assert "link add lab0 address 02:00:c6:12:00:01" in text
    assert "addr replace 198.18.0.1/24 dev lab0" in text
    assert "addr replace 2001:2:0:1::1/64 dev lab0 nodad" in text


def test_a_cable_is_born_between_the_switch_and_the_host() -> None:
    assert batch.cable(Lab.named("demo"), "cp1").splitlines() == [
        "link add sw-cp1 type veth peer name eth0 address 02:00:c6:12:00:15 netns demo-cp1",
        "link set sw-cp1 master lab0 up",
    ]


def test_a_host_has_an_address_of_each_family_without_duplicate_detection() -> None:
    assert batch.host_end("client").splitlines() == [
        "link set lo up",
        "link set eth0 up",
        "addr replace 198.18.0.100/24 dev eth0",
        "addr replace 2001:2:0:1::100/64 dev eth0 nodad",
    ]
    assert batch.settings_of("client")["net.ipv6.conf.default.accept_dad"] == "0"


def test_the_switch_does_not_filter_packets() -> None:
    settings = batch.settings_of(SWITCH)
    assert {v for k, v in settings.items() if k.startswith("net.bridge.")} == {"0"}


def test_a_partition_drops_frames_both_ways_at_one_port_only() -> None:
    rules = partition_rules("lb1")
    assert 'iifname "sw-lb1" drop' in rules
    assert 'oifname "sw-lb1" drop' in rules
    assert rules.count(" drop") == 2


def test_packet_loss_drops_a_fifth_of_the_frames_each_way_at_one_port_only() -> None:
    rules = loss_rules("cp2")
    assert 'iifname "sw-cp2" numgen random mod 100 < 20 drop' in rules
    assert 'oifname "sw-cp2" numgen random mod 100 < 20 drop' in rules
    assert rules.count(" drop") == 2


def test_a_partition_and_packet_loss_of_one_host_do_not_replace_each_other() -> None:
    tables = {line for line in partition_rules("lb1").splitlines() if line.startswith("table")}
    assert not tables & set(loss_rules("lb1").splitlines())


def test_the_faults_of_the_network_hit_machines_and_apiservers() -> None:
    for kind in ("cut-link", "partition", "packet-loss"):
        assert FAULTS[kind].roles == frozenset(Role)

"""Rules over the whole stack: virtual router ids, VIPs and the members of BIG-IP pools."""

from copy import deepcopy
from typing import Any

import pytest

from policy.rules import at_least_two_backends_f5, vip_unique_and_sane, vrid_unique
from policy.rules.at_least_two_backends_f5 import ATTACHMENT, POOL
from tests.policy.good_facts import changed, control_plane_facts, without
from tests.policy.judging import UNKNOWN, Given, judge

VIP = "loadBalancer.vips.0.address"


def elsewhere(last: int = 30) -> dict[str, Any]:
    """A second good control plane on the same segments, with addresses and ids of its own."""
    facts = deepcopy(control_plane_facts())
    lb = facts["loadBalancer"]
    for index, node in enumerate(lb["nodes"], start=1):
        node["addresses"] = [f"198.18.0.{last + index}/24", f"2001:2:0:1::{last + index}/64"]
    lb["vips"][0] |= {"address": f"198.18.0.{last}", "vrid": 61}
    lb["vips"][1] |= {"address": f"2001:2:0:1::{last}", "vrid": 62}
    return facts


def test_two_control_planes_with_their_own_ids_and_addresses_share_a_segment() -> None:
    stack = Given(control_plane_facts()), Given(elsewhere(), name="edge")
    assert judge(vrid_unique.POLICY, *stack).clean
    assert judge(vip_unique_and_sane.POLICY, *stack).clean


def test_an_id_used_twice_on_a_segment_names_both_users_and_the_fix() -> None:
    other = elsewhere()
    other["loadBalancer"]["vips"][0]["vrid"] = 51
    stack = Given(control_plane_facts(), name="lab"), Given(other, name="main")
    message = judge(vrid_unique.POLICY, *stack).only
    assert message.startswith("main: controlPlane.vips[198.18.0.30].vrid is 51: lab uses it")
    assert "on 198.18.0.0/24 for controlPlane.vips[198.18.0.10]" in message
    assert "set controlPlane.vips[198.18.0.30].vrid to a free value from 1 to 255" in message


def test_the_same_id_is_free_for_the_other_address_family() -> None:
    facts = changed("loadBalancer.vips.1.vrid", 51)
    assert judge(vrid_unique.POLICY, Given(facts)).clean


def test_the_same_id_is_free_on_another_segment() -> None:
    other = elsewhere()
    lb = other["loadBalancer"]
    for index, node in enumerate(lb["nodes"], start=1):
        node["addresses"] = [f"198.18.7.{index}/24", f"2001:2:0:7::{index}/64"]
    lb["vips"][0] |= {"address": "198.18.7.30", "vrid": 51}
    stack = Given(control_plane_facts()), Given(other, name="edge")
    assert judge(vrid_unique.POLICY, *stack).clean


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("198.18.0.11", "lab controlPlane.nodes[lb1] has this address"),
        ("198.18.0.22", "lab controlPlane.backends[cp2] has this address"),
        ("198.18.0.0", "the network address of 198.18.0.0/24"),
        ("198.18.0.255", "the broadcast address of 198.18.0.0/24"),
        ("198.18.1.10", "outside 198.18.0.0/24"),
        ("127.0.0.1", "a loopback address"),
        ("224.0.0.18", "a multicast address"),
        ("0.0.0.0", "the unspecified address"),  # noqa: S104 - an address to refuse
    ],
)
def test_an_address_that_cannot_be_a_vip_is_refused_with_its_reason(
    address: str, reason: str
) -> None:
    message = judge(vip_unique_and_sane.POLICY, Given(changed(VIP, address))).only
    assert f"lab: controlPlane.vips[{address}].address is {address}: " in message
    assert reason in message
    assert "set it to a free host address of 198.18.0.0/24" in message


def test_the_anycast_address_of_an_ipv6_subnet_is_refused() -> None:
    facts = changed("loadBalancer.vips.1.address", "2001:2:0:1::")
    assert "anycast" in judge(vip_unique_and_sane.POLICY, Given(facts)).only


def test_a_vip_of_another_control_plane_is_refused() -> None:
    other = elsewhere()
    other["loadBalancer"]["vips"][0]["address"] = "198.18.0.10"
    stack = Given(control_plane_facts(), name="lab"), Given(other, name="main")
    message = judge(vip_unique_and_sane.POLICY, *stack).only
    assert message.startswith("main: ")
    assert "lab controlPlane.vips[198.18.0.10] has this address" in message


@pytest.mark.parametrize("rule", [vrid_unique, vip_unique_and_sane])
def test_a_violation_of_one_resource_is_shown_beside_an_unknown_value_of_another(rule) -> None:
    twin = control_plane_facts()
    unsure = elsewhere()
    unsure["loadBalancer"]["vips"][0]["address"] = UNKNOWN
    stack = Given(twin), Given(twin, name="main"), Given(unsure, name="unsure")
    verdict = judge(rule.POLICY, *stack)
    assert any(message.startswith("main: ") for message in verdict.violations)
    assert "unsure: loadBalancer.vips[0].address is not known" in verdict.unknown


READ = [
    (vrid_unique, "loadBalancer.vips.0.vrid"),
    (vrid_unique, "loadBalancer.nodes.0.addresses"),
    (vip_unique_and_sane, VIP),
    (vip_unique_and_sane, "loadBalancer.nodes.1.addresses"),
]


@pytest.mark.parametrize(("rule", "path"), READ)
def test_a_missing_fact_is_a_violation(rule, path: str) -> None:
    assert "is missing" in judge(rule.POLICY, Given(without(path))).only


@pytest.mark.parametrize(("rule", "path"), READ)
def test_an_unknown_fact_is_shown_and_can_be_refused(rule, path: str) -> None:
    facts = changed(path, UNKNOWN)
    verdict = judge(rule.POLICY, Given(facts))
    assert not verdict.violations
    assert "is not known before the update" in verdict.unknown
    assert judge(rule.POLICY, Given(facts), config={"whenUnknown": "refuse"}).violations


def test_an_address_that_is_none_is_a_violation() -> None:
    facts = changed(VIP, "198.18.0.300")
    message = judge(vip_unique_and_sane.POLICY, Given(facts)).only
    assert "vips[0].address is not an IP address" in message


def pool(name: str = "web") -> Given:
    return Given({"name": f"/Common/{name}"}, name=name, type=POOL)


def member(host: str, **props: object) -> Given:
    given = {"pool": "/Common/web", "node": f"/Common/{host}:443"} | props
    return Given(given, name=host, type=ATTACHMENT)


F5 = at_least_two_backends_f5.POLICY


def test_a_big_ip_pool_with_two_members_satisfies_the_rule() -> None:
    assert judge(F5, pool(), member("a"), member("b", state="enabled")).clean


def test_a_big_ip_pool_with_one_enabled_member_is_refused() -> None:
    message = judge(F5, pool(), member("a"), member("b", state="forced_offline")).only
    assert message.startswith("web: the number of enabled members is 1: a pool needs at least 2")
    assert "f5bigip.ltm.PoolAttachment" in message


def test_a_big_ip_pool_without_members_is_refused() -> None:
    assert "is 0" in judge(F5, pool()).only


def test_members_whose_pool_is_still_unknown_count_through_their_dependency() -> None:
    members = (
        Given(
            {"pool": UNKNOWN, "node": UNKNOWN},
            name=host,
            type=ATTACHMENT,
            sources={"pool": ["web"]},
        )
        for host in ("a", "b")
    )
    assert judge(F5, pool(), *members).clean


def test_a_member_whose_pool_is_unknown_and_has_no_source_is_shown() -> None:
    verdict = judge(F5, pool(), member("a"), member("b", pool=UNKNOWN))
    assert "b: pool is not known before the update" in verdict.unknown


def test_members_of_pools_of_other_stacks_are_left_alone() -> None:
    assert judge(F5, member("a", pool="/Common/elsewhere")).clean


def test_the_fewest_members_can_be_configured() -> None:
    assert judge(F5, pool(), member("a"), config={"minimum": 1.0}).clean

"""The lab's certificates."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from lab.control_plane.kubeconfigs import admin_kubeconfig, write_kubeconfigs
from lab.control_plane.pki import ensure_pki
from lab.hosts import CONTROL_PLANES, ipv4, ipv6
from lab.state import Lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    lab = Lab.named("pki", under=tmp_path_factory.mktemp("labs"))
    lab.make_folders()
    assert ensure_pki(lab)
    return lab


def _load(lab: Lab, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((lab.pki / f"{name}.crt").read_bytes())


@pytest.mark.parametrize("host", CONTROL_PLANES)
def test_an_apiserver_is_trusted_under_its_own_addresses_and_the_vips(lab: Lab, host: str) -> None:
    store = Store([_load(lab, "ca")])
    for address in (ipv4(host), ipv6(host), ipv4("vip"), ipv6("vip")):
        verifier = PolicyBuilder().store(store).build_server_verifier(x509.IPAddress(address))
        verifier.verify(_load(lab, host), [])
    names = _load(lab, host).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert host in names.get_values_for_type(x509.DNSName)
    assert "kubernetes.default.svc" in names.get_values_for_type(x509.DNSName)
    others = {ipv4(other) for other in CONTROL_PLANES if other != host}
    assert not others & set(names.get_values_for_type(x509.IPAddress))


def test_the_load_balancers_certificate_identifies_it_and_gives_it_no_group(lab: Lab) -> None:
    certificate = _load(lab, "load-balancer")
    assert [(a.oid, a.value) for a in certificate.subject] == [
        (NameOID.COMMON_NAME, "load-balancer")
    ]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_private_keys_are_readable_by_their_owner_alone(lab: Lab) -> None:
    write_kubeconfigs(lab)
    keys = [*lab.pki.glob("*.key"), *lab.kubeconfig.iterdir()]
    assert len(keys) == 8 + 7
    assert all(key.stat().st_mode & 0o077 == 0 for key in keys)


def test_a_complete_set_is_kept(lab: Lab) -> None:
    before = (lab.pki / "ca.crt").read_bytes()
    assert not ensure_pki(lab)
    assert (lab.pki / "ca.crt").read_bytes() == before


def test_a_set_with_a_missing_file_is_made_anew(tmp_path: Path) -> None:
    lab = Lab.named("pki", under=tmp_path)
    lab.make_folders()
    ensure_pki(lab)
    (lab.pki / "cp2.key").unlink()
    assert ensure_pki(lab)
    assert (lab.pki / "cp2.key").is_file()


def test_the_administrator_goes_through_the_vip_unless_a_host_is_named(lab: Lab) -> None:
    write_kubeconfigs(lab)
    assert '"https://198.18.0.10:6443"' in admin_kubeconfig(lab).read_text()
    assert '"https://198.18.0.22:6443"' in admin_kubeconfig(lab, "cp2").read_text()

"""Subgraphs over TLS: authorities count, and names are checked."""

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from federation.transport.http import HttpTransport
from federation.transport.options import HttpOptions, RetryLimits
from tests.unit.federation.transport.peers import GOOD, answering, http, peer, query

OPTIONS = HttpOptions(retries=RetryLimits(attempts_max=1))


def write_certificate(folder: Path, host: str) -> Path:
    """A certificate that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize(
    ("_case", "host", "is_trusted", "expected"),
    [
        ("a known authority and the right name", "localhost", True, {"a": 1}),
        ("an unknown authority", "localhost", False, None),
        ("another name", "elsewhere.example", True, None),
    ],
)
async def test_only_the_subgraph_itself_is_spoken_to(
    tmp_path: Path, _case: str, host: str, is_trusted: bool, expected: object
) -> None:
    certificate = write_certificate(tmp_path, host)
    tls = ssl.create_default_context(cafile=certificate) if is_trusted else None
    behave = answering(http(GOOD))
    async with peer(behave, tls=server_context(certificate)) as subgraph:
        url = f"https://localhost:{subgraph.port}/graphql"
        transport = HttpTransport(url, options=OPTIONS, tls=tls)

        result = await transport.fetch(query(), None)

        await transport.close()
        assert result.data == expected
        assert len(subgraph.seen) == (1 if expected else 0)
        if not expected:
            assert result.errors[0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
        assert transport.connections_open == 0

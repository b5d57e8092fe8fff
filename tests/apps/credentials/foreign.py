"""Another issuer: a real HTTPS server on loopback, with a certificate authority of its own."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from guildmark.cores.vc import open_badges, status_list
from guildmark.cores.vc.dids import PublishedKey, controller_document, did_key
from guildmark.cores.vc.proofs import add_proof

KEY = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
PUBLIC = KEY.public_key().public_bytes_raw()
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
INDEX = 4_711
EMAIL = "Ada@Practice.example"
CERTIFIED_FOR = "localhost"
MESSAGE = status_list.Purpose.MESSAGE
DID_PATH, LIST_PATH = "/.well-known/did.json", "/status/1"


@dataclass
class Answer:
    """What the server says at a path: `pause` seconds before each `piece` bytes."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    piece: int = 1_000_000


@dataclass
class Foreign:
    """An issuer at `origin`; what it publishes can be changed by path."""

    port: int
    authority: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Where it publishes."""
        return f"https://{CERTIFIED_FOR}:{self.port}"

    @property
    def did(self) -> str:
        """Its name in credentials."""
        return f"did:web:{CERTIFIED_FOR}%3A{self.port}"

    @property
    def list_url(self) -> str:
        """The address of its status list."""
        return f"{self.origin}{LIST_PATH}"

    def publish(self, path: str, document: Any, **facts: Any) -> None:
        """Answer a path with a JSON document."""
        self.answers[path] = Answer(json.dumps(document).encode(), **facts)

    def publish_list(
        self, standing: status_list.Standing = status_list.Standing.VALID, *, at: datetime
    ) -> None:
        """Publish a signed list with this standing for the credential."""
        statuses = status_list.StatusList(bits=2)
        statuses[INDEX] = standing
        made = status_list.status_list_credential(
            self.list_url,
            statuses,
            issuer=self.did,
            valid_from=at - timedelta(hours=1),
            valid_until=at + timedelta(hours=1),
            purpose=MESSAGE,
        )
        self.publish(LIST_PATH, self.signed(made))

    def signed(self, document: dict[str, Any]) -> dict[str, Any]:
        """Sign a document with the issuer's key."""
        method = f"{self.did}#first"
        return add_proof(document, signer=KEY, verification_method=method, created=BEGAN)

    def credential(self, **changes: Any) -> dict[str, Any]:
        """A signed credential of this issuer; members with None are left out."""
        status = status_list.entry(self.list_url, INDEX, purpose=MESSAGE)
        wanted = {**badge(self.did, f"{self.origin}/badges/1", status), **changes}
        return self.signed({name: value for name, value in wanted.items() if value is not None})


def badge(issuer: str, address: str, status: dict[str, Any] | None = None) -> dict[str, Any]:
    """An unsigned Open Badge about `EMAIL`, valid for a long time."""
    return open_badges.achievement_credential(
        open_badges.AchievementCredential(
            id=address,
            name="Master of Frameworks",
            issuer=open_badges.Profile(id=issuer, name="Very Famous University"),
            subject=open_badges.Subject(identifiers=(open_badges.hashed_identity(EMAIL, "5a17"),)),
            achievement=open_badges.Achievement(
                id="https://other.example/types/1",
                name="Frameworks, mastered",
                description="Knows frameworks.",
                criteria_narrative="Wrote one.",
            ),
            valid_from=BEGAN,
            valid_until=datetime(2099, 1, 1, tzinfo=UTC),
            status=status,
        )
    )


def self_issued(**changes: Any) -> dict[str, Any]:
    """A signed credential whose issuer is nothing but a key, which needs no network."""
    did = did_key(PUBLIC)
    document = {**badge(did, "https://other.example/badges/2"), **changes}
    method = f"{did}#{did.removeprefix('did:key:')}"
    return add_proof(document, signer=KEY, verification_method=method, created=BEGAN)


@contextmanager
def serving(folder: Path) -> Iterator[Foreign]:
    """Serve an issuer that publishes its keys and nothing else yet."""
    authority = _make_certificates(folder)
    server = _Server(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    foreign = server.foreign = Foreign(server.server_address[1], str(authority))
    keys = [PublishedKey("first", PUBLIC, BEGAN)]
    foreign.publish(DID_PATH, controller_document(foreign.did, keys))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield foreign
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    foreign: Foreign
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Stay quiet about visitors who hang up: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer as the test wants."""
        self.server.foreign.asked.append(self.path)
        answer = self.server.foreign.answers.get(self.path, Answer(b"{}", 404))
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.body))}
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(answer.body), answer.piece):
            time.sleep(answer.pause)
            self.wfile.write(answer.body[start : start + answer.piece])

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


def _make_certificates(folder: Path) -> Path:
    """Make an authority and a server certificate by it; return the authority's file."""
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("An authority of tests", authority_key, by=None)
    server = _certificate(CERTIFIED_FOR, server_key, by=(authority, authority_key))
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    secret = server_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(secret + server.public_bytes(serialization.Encoding.PEM))
    return folder / "authority.pem"


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing_key = (by[0].subject, by[1]) if by else (subject, key)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    if by is not None:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    else:
        made = made.add_extension(_may_certify(), critical=True)
    return made.sign(signing_key, hashes.SHA256())


def _may_certify() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )

"""Another system: a real server on this machine that answers as it is told and keeps what it was sent."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# What to do with one connection once the request has been read.
Script = Callable[[socket.socket], None]


@dataclass
class Request:
    """What one connection brought."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where it listens, how often somebody connected, and what came."""

    port: int
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    script: Script = lambda _connection: None

    @property
    def url(self) -> str:
        """Return an address that a trial may tell."""
        return f"http://localhost:{self.port}/hooks?k=1"


def say(status: str, text: str = "", **headers: str) -> Script:
    """Return a script that answers with the status."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(text.encode())}\r\n{lines}\r\n{text}".encode()
    return lambda connection: connection.sendall(answer)


def say_raw(*pieces: bytes, pause: float = 0.0, stop: threading.Event | None = None) -> Script:
    """Return a script that sends the pieces with a pause before each."""

    def send(connection: socket.socket) -> None:
        for piece in pieces:
            if pause and (stop or threading.Event()).wait(pause):
                return
            connection.sendall(piece)

    return send


@contextmanager
def receiver(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve for the block, on 127.0.0.1."""
    listening = socket.create_server(("127.0.0.1", 0))
    kept = Receiver(listening.getsockname()[1], script=script)
    thread = threading.Thread(target=_accept, args=(listening, kept, tls), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def _accept(listening: socket.socket, kept: Receiver, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        kept.connections += 1
        threading.Thread(target=_serve, args=(connection, kept, tls), daemon=True).start()


def _serve(connection: socket.socket, kept: Receiver, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        connection.settimeout(10)
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as stream:
            line = stream.readline().decode().strip()
            headers = {}
            while text := stream.readline().decode().strip():
                name, _, value = text.partition(":")
                headers[name.lower()] = value.strip()
            body = stream.read(int(headers.get("content-length", 0)))
            kept.requests.append(Request(line, headers, body))
            kept.script(connection)


def make_certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of this name shows, and what a client that trusts it (and nobody else) checks with."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain, secret)
    return server, ssl.create_default_context(cafile=str(chain))


def is_here(address: str) -> bool:
    """Stand in for the public internet: this very machine."""
    return ipaddress.ip_address(address).is_loopback

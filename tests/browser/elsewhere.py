"""Another site on the same machine: nginx with TLS hands out its pages, and stands before Piensas."""

from __future__ import annotations

import datetime
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from tests.newsroom import wait_until

COMMENTS = "comments.news.test"
NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  types {{ text/html html; text/css css; application/xhtml+xml xhtml; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  ssl_certificate {folder}/cert.pem;
  ssl_certificate_key {folder}/key.pem;
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name {comments};
    location /paper/ {{ alias {folder}/pages/; {headers} }}
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
  server {{
    listen 127.0.0.1:{port} ssl default_server;
    server_name _;
    location /paper/ {{ alias {folder}/pages/; {headers} }}
    location /free/ {{ alias {folder}/pages/; }}
  }}
}}
"""
POLICY = (
    "default-src 'none'; script-src {comments}; connect-src {comments}; img-src 'self' data: {comments}; "
    "style-src 'self'; form-action {comments}; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types piensas"
)
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="host.css">
<script src="{comments}/embed.js" async></script>
<script src="{comments}/count.js" async></script>
</head>
<body>
<main>
<h1>{title}</h1>
<p>What the paper wrote. <que-piensas-count></que-piensas-count></p>
{elements}
<noscript><a href="{comments}/embed/page">The discussion</a></noscript>
</main>
</body>
</html>
"""
STYLE = """
html { font-size: 62.5%; }
body { font: 2rem/1.2 monospace; margin: 0; padding: 1rem; color: canvastext; background: canvas; }
button, input, textarea { all: unset; background: fuchsia; } .comment, h2, form { display: none !important; }
que-piensas { min-height: 900px; --piensas-size: 16px; }
"""


class Elsewhere(Struct):
    """Where the pages are, under which name."""

    folder: Path
    port: int

    def origin(self, host: str) -> str:
        return f"https://{host}:{self.port}"

    @property
    def comments(self) -> str:
        return self.origin(COMMENTS)

    def write(self, name: str, *, elements: str = "<que-piensas></que-piensas>", **words: str) -> None:
        filled = {"title": "Flight", "language": "en"} | words
        page = PAGE.format(comments=self.comments, elements=elements, **filled)
        (self.folder / "pages" / name).write_text(page, "utf-8")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def open_elsewhere(folder: Path, port: int, upstream: str) -> Iterator[Elsewhere]:
    """nginx on `port` of this machine; `upstream` is where Piensas listens."""
    (folder / "pages").mkdir(parents=True)
    (folder / "pages/host.css").write_text(STYLE)
    write_certificate(folder)
    there = Elsewhere(folder, port)
    policy = POLICY.format(comments=there.comments)
    headers = (
        f'add_header Content-Security-Policy "{policy}"; add_header Cross-Origin-Opener-Policy same-origin;'
    )
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(
            folder=folder, port=port, comments=COMMENTS, upstream=upstream.rpartition(":")[2], headers=headers
        )
    )
    process = subprocess.Popen(["/usr/sbin/nginx", "-e", "stderr", "-p", folder, "-c", config])
    try:
        wait_until(lambda: is_listening(port))
        yield there
    finally:
        process.terminate()
        process.wait(10)


def is_listening(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


def write_certificate(folder: Path) -> None:
    """One for all names, signed by nobody; the test's browser is told to take it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.test"), x509.DNSName(COMMENTS)]), False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

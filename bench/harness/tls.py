"""Certificates for the proxies that the agent is compared with: SPIFFE names, ECDSA P-256, as the agent's own."""

from dataclasses import dataclass
from pathlib import Path

from . import mesh
from .lab import Lab

DAYS = "2"


@dataclass(frozen=True)
class Leaf:
    """PEM files of one workload; bundle has chain and key in one, as HAProxy wants them."""

    root: Path
    chain: Path
    key: Path
    bundle: Path


@dataclass(frozen=True)
class Root:
    """PEM files of what signs them."""

    certificate: Path
    key: Path


def root(lab: Lab) -> Root:
    """The run's own."""
    folder = lab.scratch / "tls"
    made = Root(folder / "root.pem", folder / "root.key")
    if not folder.exists():
        folder.mkdir(mode=0o700)
        _key(lab, made.key)
        usage = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        lab.run(["openssl", "req", "-x509", "-new", "-key", str(made.key), "-out", str(made.certificate), "-days", DAYS,
                 "-subj", "/O=bench", *usage])  # fmt: skip
    return made


def leaf(lab: Lab, account: str) -> Leaf:
    """A certificate for a service account, signed by the run's own root."""
    signer = root(lab)
    folder = signer.key.parent
    chain, key, bundle = (folder / f"{account}.{kind}" for kind in ("pem", "key", "bundle"))
    if not bundle.exists():
        _key(lab, key)
        request, extensions = folder / f"{account}.csr", folder / f"{account}.ext"
        lab.run(["openssl", "req", "-new", "-key", str(key), "-out", str(request), "-subj", "/O=bench"])
        extensions.write_text(
            "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n"
            f"subjectAltName=critical,URI:{mesh.spiffe_id(account)}\n"
        )
        lab.run(["openssl", "x509", "-req", "-in", str(request), "-CA", str(signer.certificate), "-CAkey", str(signer.key),
                 "-CAcreateserial", "-days", DAYS, "-extfile", str(extensions), "-out", str(chain)])  # fmt: skip
        bundle.write_text(chain.read_text() + key.read_text())
    return Leaf(signer.certificate, chain, key, bundle)


def _key(lab: Lab, path: Path) -> None:
    lab.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(path)])

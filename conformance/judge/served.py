"""The pods that are called: the agent's and the Envoy's, the application behind both, and callers with and without certificates."""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import time
from pathlib import Path

from harness import cluster
from harness.envoy import INBOUND_RULES
from harness.lab import Lab, Pod

from .client import Namespace, ask
from .guards import CALLERS, OPAQUE_PORT, PORT, SERVICE, SOURCES

ADDRESSES = {"agent": "198.18.1.30", "envoy": "198.18.1.40"}
UIDS = {side: f"uid-served-{side}" for side in ADDRESSES}
ACCOUNT = "served"
IDENTITY = f"spiffe://cluster.local/ns/default/sa/{ACCOUNT}"
AUTHORIZER = "authz"  # the Service of who is asked
SLOTS = 16
GATE = f"{SERVICE}{SLOTS}"  # a Service whose policy says which batch is in force
FORCE_SECONDS = 90
DAYS = "2"


class Served:
    """Owner of these pods and of the second Envoy."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self.pods: dict[str, Pod] = {side: lab.pod(f"served-{side}", address) for side, address in ADDRESSES.items()}
        self._networks = {side: Namespace(pod.netns) for side, pod in self.pods.items()}
        self._callers = Namespace(lab.pod("callers", *SOURCES).netns)
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}

    # --- what the mesh knows of them

    def objects(self) -> tuple[list[dict], list[dict]]:
        """Applied and observed."""
        applied = [cluster.service_account(ACCOUNT), *(_service(f"{SERVICE}{slot}", slot) for slot in range(SLOTS + 1))]
        observed = [cluster.pod(self.pod(side)) for side in ADDRESSES]
        observed += [_slice(f"{SERVICE}{slot}", slot) for slot in range(SLOTS + 1)]
        return applied, observed

    def pod(self, side: str) -> dict:
        netns = str(self.pods[side].netns) if side == "agent" else None
        return {"name": f"served-{side}", "uid": UIDS[side], "account": ACCOUNT, "address": ADDRESSES[side], "labels": [], "node": "node-1", "netns": netns}

    def certificates(self) -> tuple[Path, Path]:
        """Everybody's, by the mesh's own root; the Envoy's is returned, and its key."""
        for name, identity in CALLERS.items():
            self._certificate(name, f"spiffe://{identity}")
        return self._certificate(ACCOUNT, IDENTITY)

    def _certificate(self, name: str, identity: str) -> tuple[Path, Path]:
        key, request, extensions, chain = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "ext", "pem"))
        authority = self.folder / "ca"
        self.lab.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key)])
        self.lab.run(["openssl", "req", "-new", "-key", str(key), "-out", str(request), "-subj", "/O=judge"])
        extensions.write_text(f"keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\nsubjectAltName=critical,URI:{identity}\n")
        self.lab.run(["openssl", "x509", "-req", "-in", str(request), "-CA", str(authority / "ca-cert.pem"), "-CAkey", str(authority / "ca-key.pem"),
                      "-set_serial", str(1 + int.from_bytes(os.urandom(8), "big")), "-days", DAYS, "-extfile", str(extensions), "-out", str(chain)])  # fmt: skip
        return chain, key

    # --- the application

    async def serve(self, echo) -> None:
        for side, address in ADDRESSES.items():
            for slot in range(SLOTS + 1):
                await echo.serve(self._listening(side, (address, PORT + slot)))
                await echo.serve_bytes(self._listening(side, (address, OPAQUE_PORT + slot)))

    def _listening(self, side: str, address: tuple[str, int]) -> socket.socket:
        listening = self._networks[side].socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(512)
        listening.setblocking(False)
        return listening

    # --- the Envoy

    def start(self, program: Path, bootstrap: dict) -> None:
        pod = self.pods["envoy"]
        self.lab.run(["iptables-restore"], pod, input=INBOUND_RULES)
        config = self.folder / "served.json"
        config.write_text(json.dumps(bootstrap, indent=1))
        flags = ["--concurrency", "1", "--disable-hot-restart", "-l", os.environ.get("FAIRLEAD_JUDGE_LOG", "warning")]
        self.envoy: subprocess.Popen = self.lab.start([str(program), "-c", str(config), *flags], pod)

    @property
    def admin(self) -> Path:
        return self.folder / "served.sock"

    # --- callers

    def caller(self, name: str, source: str, protocol: str, server_name: str) -> "Caller":
        """`protocol`: what TLS says will be spoken."""
        context = None
        if name:
            key = (name, protocol)
            if key not in self._contexts:
                self._contexts[key] = self._context(name, protocol)
            context = self._contexts[key]
        return Caller(self._callers, source, context, server_name)

    def _context(self, name: str, protocol: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # who is called is not what is asked here
        context.set_alpn_protocols([protocol])
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    # --- what is in force

    @staticmethod
    def gate(stamp: str) -> dict:
        spec = {"targetRefs": [{"kind": "Service", "name": GATE}], "rules": [{"to": [{"operation": {"paths": [stamp]}}]}]}
        return {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "gate", "namespace": "default"}, "spec": spec}

    async def in_force(self, stamp: str) -> None:
        deadline = time.monotonic() + FORCE_SECONDS
        for side, address in ADDRESSES.items():
            raw = f"GET {stamp} HTTP/1.1\r\nhost: gate\r\n\r\n".encode()
            while (answer := await ask(self.caller("", SOURCES[0], "", ""), (address, PORT + SLOTS), [raw], "GET")).outcome != "200":
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{stamp} is not in force at the called pod of {side}: {answer}\nenvoy: {self.lab.log_of(self.envoy)}")
                await asyncio.sleep(0.02)


class Caller:
    """Opens connections from one address, with one certificate or none."""

    def __init__(self, namespace: Namespace, source: str, context: ssl.SSLContext | None, server_name: str) -> None:
        self._namespace, self._source, self._context, self._server_name = namespace, source, context, server_name

    def socket(self) -> socket.socket:
        made = self._namespace.socket()
        made.bind((self._source, 0))
        return made

    @property
    def tls(self) -> dict:
        return {"ssl": self._context, "server_hostname": self._server_name} if self._context else {}


def _ports(slot: int) -> list[dict]:
    return [{"name": "http-a", "port": PORT + slot, "protocol": "TCP"}, {"name": "tcp-b", "port": OPAQUE_PORT + slot, "protocol": "TCP"}]


def _service(name: str, slot: int) -> dict:
    address = f"198.19.1.{10 + slot}"
    ports = [{**port, "targetPort": port["port"]} for port in _ports(slot)]
    spec = {"clusterIP": address, "clusterIPs": [address], "type": "ClusterIP", "selector": {"app": ACCOUNT}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def _slice(service: str, slot: int) -> dict:
    endpoints = [{"addresses": [address], "conditions": {"ready": True, "serving": True, "terminating": False}, "nodeName": "node-1",
                  "targetRef": {"kind": "Pod", "name": f"served-{side}", "namespace": "default", "uid": UIDS[side]}}
                 for side, address in ADDRESSES.items()]  # fmt: skip
    metadata = {"name": f"{service}-1", "namespace": "default", "labels": {"kubernetes.io/service-name": service}}
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata, "addressType": "IPv4", "endpoints": endpoints, "ports": _ports(slot)}

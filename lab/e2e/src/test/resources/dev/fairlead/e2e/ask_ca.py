"""ask_ca.py IDENTITY [TOKEN_FILE]: asks ca for a certificate with curl, as an agent does over gRPC.

Prints gRPC's status and message, then how many certificates came. Without a token file it sends no token.
"""

import re
import subprocess
import sys
import tempfile


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def request(csr, identity):
    entry = field(1, b"ImpersonatedIdentity") + field(2, field(3, identity.encode()))
    message = field(1, csr) + field(4, field(1, entry))
    return b"\0" + len(message).to_bytes(4, "big") + message


identity, token = sys.argv[1], open(sys.argv[2]).read().strip() if len(sys.argv) > 2 else ""
with tempfile.TemporaryDirectory() as folder:
    # fmt: a key that nobody keeps
    command = "openssl req -new -subj / -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout /dev/null"
    csr = subprocess.run(command.split(), check=True, capture_output=True).stdout
    body = folder + "/body"
    open(body, "wb").write(request(csr, identity))
    lines = ["content-type: application/grpc", "te: trailers"]
    if token:
        lines.append("authorization: Bearer " + token)
    headers = folder + "/headers"
    open(headers, "w").write("\n".join(lines))  # not in argv
    url = "https://198.18.0.2:15013/istio.v1.auth.IstioCertificateService/CreateCertificate"
    curl = ["curl", "-sk", "--http2", "-m", "20", "-D", folder + "/got", "-H", "@" + headers]
    answer = subprocess.run([*curl, "--data-binary", "@" + body, url], capture_output=True)
    got = open(folder + "/got").read() if answer.returncode == 0 else ""
    status = re.search(r"(?im)^grpc-status: *(\d+)", got)
    message = re.search(r"(?im)^grpc-message: *(.*)", got)
    print("curl", answer.returncode, "status", status.group(1) if status else "none")
    print("message", message.group(1).strip() if message else "")
    print("certificates", answer.stdout.count(b"BEGIN CERTIFICATE"))

#!/usr/bin/env python3
"""Makes an image archive (docker-archive, as `docker load` and `ctr images import` read it) of folders: no daemon, no registry.

    mkimage.py --out TAR --ref REF [--ref REF…] --layer FOLDER[=/WHERE]… [--env NAME=VALUE…] [--workdir DIR] [--user UID]
               [--cmd WORD…] [-- ENTRYPOINT…]
    mkimage.py --out TAR --spec FILE        several images in one archive; layers of the same folder are stored once

A spec is a JSON list of {"refs", "layers": [[folder, where]…], "entrypoint", "cmd", "env", "workdir", "user"}. The same
folders give the same archive, byte by byte: names are sorted, everything is root's, times are the files' own in seconds.
"""
import argparse
import hashlib
import io
import json
import os
import platform
import sys
import tarfile
import tempfile

CREATED = "2026-01-01T00:00:00Z"
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def owned_by_root(info):
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = int(info.mtime)
    return info


def write_layer(folder, where):
    """A temporary file with the layer, and the digest of its content."""
    file = tempfile.TemporaryFile()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as layer:
        above = ""
        for name in where.strip("/").split("/")[:-1]:
            above = f"{above}{name}/"
            info = tarfile.TarInfo(above)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            layer.addfile(info)
        layer.add(folder, arcname=where.strip("/") or ".", filter=owned_by_root)  # sorted by name since Python 3.7
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    return file, digest


def config_of(image, digests):
    env = image.get("env") or []
    if not any(e.startswith("PATH=") for e in env):
        env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *env]
    settings = {"Env": env, "WorkingDir": image.get("workdir") or "/"}
    for key, name in (("entrypoint", "Entrypoint"), ("cmd", "Cmd"), ("user", "User")):
        if image.get(key):
            settings[name] = image[key]
    return json.dumps({
        "architecture": ARCHITECTURE, "os": "linux", "created": CREATED, "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{d}" for d in digests]},
        "history": [{"created": CREATED}] * len(digests),
    }).encode()


def write(out, images):
    layers, manifest = {}, []
    with tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as archive:

        def add(name, data, size):
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, data)

        for image in images:
            digests = []
            for folder, where in image["layers"]:
                if (folder, where) not in layers:
                    file, digest = write_layer(folder, where)
                    if digest not in layers.values():
                        file.seek(0)
                        add(f"{digest}.tar", file, os.fstat(file.fileno()).st_size)
                    file.close()
                    layers[folder, where] = digest
                digests.append(layers[folder, where])
            config = config_of(image, digests)
            name = hashlib.sha256(config).hexdigest() + ".json"
            if name not in (m["Config"] for m in manifest):
                add(name, io.BytesIO(config), len(config))
            manifest.append({"Config": name, "RepoTags": image["refs"], "Layers": [f"{d}.tar" for d in digests]})
        data = json.dumps(manifest).encode()
        add("manifest.json", io.BytesIO(data), len(data))


def main():
    arguments, entrypoint = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, entrypoint = arguments[:at], arguments[at + 1:]
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--spec")
    parser.add_argument("--ref", action="append", default=[])
    parser.add_argument("--layer", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--cmd", nargs="*")
    parser.add_argument("--workdir")
    parser.add_argument("--user")
    given = parser.parse_args(arguments)
    if given.spec:
        with open(given.spec) as file:
            images = json.load(file)
    else:
        layers = [(folder, where) for folder, _, where in (text.partition("=") for text in given.layer)]
        images = [{"refs": given.ref, "layers": layers, "entrypoint": entrypoint, "cmd": given.cmd, "env": given.env, "workdir": given.workdir, "user": given.user}]
    for image in images:
        image["layers"] = [tuple(layer) for layer in image["layers"]]
    new = given.out + ".new"
    write(new, images)
    os.replace(new, given.out)


main()

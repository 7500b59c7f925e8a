#!/usr/bin/env python3
"""samples.py OUT: the images that samples/images.yaml names, as one archive for `ctr images import`.

One layer of Debian packages (Python, curl, OpenSSL, coreutils, busybox for the rest) is shared by all; each image adds
its folder at /opt/app. A folder `cache:tools/X` is made by `samples/tools/provision X`; where that fails the image is
left out, with a word. Nothing is done when nothing changed. References: the name with the tags 1 and latest, each alias
without a * also as docker.io has it, with the tags in TAGS.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
IMAGE = ROOT / "deploy/daemonset/image"
CACHE = pathlib.Path(os.environ["FAIRLEAD_CACHE"])
PACKAGES = ["libc6", "dash", "coreutils", "busybox-static", "python3", "curl", "openssl", "netcat-openbsd"]
TAGS = {"istio/examples-bookinfo": ["1.12.0", "1.16.2", "latest"], "istio/tcp-echo-server": ["1.1", "1.2", "latest"], "fortio/fortio": ["latest_release", "latest"]}


def value(text):
    """What follows a key in images.yaml: JSON but for quotes around plain words."""
    text = text.strip()
    if not text.startswith(("[", "{")):
        return text.strip("\"'")
    return json.loads(re.sub(r'"[^"]*"|([^\s\[\]{},:"]+)', lambda m: m[0] if m[1] is None else json.dumps(m[1]), text))


def entries():
    found = []
    for number, line in enumerate((SAMPLES / "images.yaml").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#") or line == "images:":
            continue
        match = re.fullmatch(r"(- |  )(\w+): (.*)", line)
        if not match:
            sys.exit(f"samples/images.yaml:{number}: not `- name: …` or `  key: value`: {line}")
        if match[1] == "- ":
            found.append({})
        found[-1][match[2]] = value(match[3])
    return found


def folder_of(entry):
    """The folder for /opt/app; None: none; False: it cannot be had."""
    folder = entry.get("folder")
    if folder is None or not folder.startswith("cache:"):
        return folder and SAMPLES / folder
    path = CACHE / folder.removeprefix("cache:")
    if subprocess.run([SAMPLES / "tools/provision", path.name], stdout=subprocess.DEVNULL).returncode:
        print(f"fairlead: {entry['name']} is left out: {path.name} cannot be had", file=sys.stderr)
        return False
    return path


def references(entry):
    refs = [f"{entry['name']}:{tag}" for tag in ("1", "latest")]
    for alias in entry.get("aliases", []):
        tags = next((tags for prefix, tags in TAGS.items() if alias.startswith(prefix)), ["latest"])
        if "*" not in alias:
            refs += [f"{alias}:{tag}" for tag in tags]
    return refs


def fingerprint(sources):
    digest = hashlib.sha256(json.dumps(PACKAGES).encode())
    for source in sources:
        files = sorted(source.rglob("*")) if source.is_dir() else [source]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                name = file.relative_to(source.parent)  # not the checkout's: the cache is shared
                digest.update(f"{name}\0{file.stat().st_mode}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def main():
    out = pathlib.Path(sys.argv[1])
    folders = [(entry, folder_of(entry)) for entry in entries()]
    made = out.with_suffix(".made")
    want = fingerprint([pathlib.Path(__file__), SAMPLES / "images.yaml", IMAGE / "debian-root", IMAGE / "mkimage.py", *sorted({f for _, f in folders if f}, key=lambda f: f.name)])
    if out.exists() and made.exists() and made.read_text() == want:
        return
    with tempfile.TemporaryDirectory() as temporary:
        system = pathlib.Path(temporary, "system")
        subprocess.run([IMAGE / "debian-root", system, *PACKAGES], check=True)
        copies, images = {}, []
        for entry, folder in folders:
            if folder is False:
                continue
            layers = [[str(system), ""]]
            if folder is not None:
                if folder not in copies:
                    copies[folder] = pathlib.Path(temporary, f"app-{len(copies)}")
                    shutil.copytree(folder, copies[folder], symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "test", "tests", "*.yaml"))
                layers.append([str(copies[folder]), "/opt/app"])
            path = "PATH=/opt/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            images.append({
                "refs": references(entry), "layers": layers, "entrypoint": entry["command"], "cmd": entry.get("args"),
                "env": [path, *(f"{key}={text}" for key, text in entry.get("env", {}).items())]})
        spec = pathlib.Path(temporary, "spec.json")
        spec.write_text(json.dumps(images))
        subprocess.run([IMAGE / "mkimage.py", "--out", out, "--spec", spec], check=True)
    made.write_text(want)
    print(f"samples: {len(images)} images, {out.stat().st_size // 1000000} MB uncompressed", file=sys.stderr)


main()

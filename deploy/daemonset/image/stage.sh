# Makes what the images have in /opt/fairlead, and packs them. Sourced by build.

# Over what the images are made of; not the build's stamp, which changes with the lab and the command line too.
image_hash() {
    {
        { wanted_jars "$NOT_AGENT" && wanted_jars "$NOT_CONTROL"; } | sort -u | xargs sha256sum
        find "$here" "$root/cni" "$root/deploy/jvm" "$root/deploy/daemonset/base/crds" -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum
        cat "$JAVA_HOME/release"
        echo "aot=${FAIRLEAD_NO_AOT:-}"
    } | sha256sum | cut -d' ' -f1
}

# FOLDER/agent and FOLDER/control with jre, lib, etc, bin, aot and what else each needs.
stage() { # FOLDER
    local folder=$1
    rm -rf "$folder"/{agent,control}
    mkdir -p "$folder"/{agent,control}/{lib,etc,bin,aot}
    java_runtime
    cp -a "$work/jre" "$folder/agent/jre"
    cp -al "$folder/agent/jre" "$folder/control/jre"
    jars "$folder/agent" "$NOT_AGENT"
    jars "$folder/control" "$NOT_CONTROL"
    native_libraries "$folder/agent"
    program "$folder/agent" agent dev.fairlead.agent.NodeAgent agent
    program "$folder/agent" iptables-init dev.fairlead.iptables.IptablesInit cli
    program "$folder/control" pilot-lite dev.fairlead.pilot.PilotLite pilot-lite
    program "$folder/control" ca dev.fairlead.ca.CertificateAuthority ca
    program "$folder/control" crds dev.fairlead.kubernetes.crds.CrdInstaller cli
    mkdir -p "$folder/control/crds"
    find "$root/deploy/daemonset/base/crds" -name '*.yaml' ! -name kustomization.yaml -exec cp {} "$folder/control/crds/" \; 2>/dev/null || true
    cni_plugin "$folder/agent"
    cp "$here/fairlead-clean" "$folder/agent/bin/"
    train_images "$folder"
    chmod -R a+rX "$folder"
}

# The modules that are used, stripped; made once for a JDK.
java_runtime() {
    local want
    want="$(cat "$JAVA_HOME/release") $MODULES"
    if [ "$(cat "$work/jre.made" 2>/dev/null)" = "$want" ]; then return; fi
    rm -rf "$work/jre"
    "$JAVA_HOME/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --compress zip-6 --output "$work/jre"
    echo "$want" >"$work/jre.made"
}

wanted_jars() { # PATTERN: all but those
    local other
    case $(uname -m) in
    x86_64) other='linux-aarch_64' ;;
    *) other='linux-x86_64' ;;
    esac
    find "$dist/lib" -name '*.jar' | grep -vE "/($NEVER|$1)|$other"
}

jars() { # FOLDER PATTERN: without those
    wanted_jars "$2" | xargs cp -t "$1/lib"
    without_old_api "$1"/lib/api-*.jar
    touch -d 2026-01-01T00:00:00Z "$1"/lib/*.jar # an AOT cache holds for one time of each jar
}

# Envoy's API in its second version, and messages that CEL's own tests are made of: nothing in the images refers to
# them, and they are a quarter of that jar.
without_old_api() { # JAR
    python3 - "$1" <<'PYTHON'
import re, sys, zipfile

OLD = re.compile("(io/envoyproxy/envoy/(api/v2|admin/v2alpha|config/filter|service/[^/]+/v2[^/]*)|dev/cel/expr/conformance)/")
path = sys.argv[1]
with zipfile.ZipFile(path) as jar:
    kept = [(entry, jar.read(entry)) for entry in jar.infolist() if not OLD.match(entry.filename)]
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as jar:
    for entry, content in kept:
        jar.writestr(entry, content)
PYTHON
}

# Netty's native parts as files, so that no start unpacks them into /tmp; a read-only root is enough then.
native_libraries() { # FOLDER
    local jar
    mkdir -p "$1/lib/native"
    for jar in "$1"/lib/netty-{tcnative-boringssl-static,transport-native-epoll}-*-linux-*.jar; do
        python3 - "$jar" "$1/lib/native" <<'PYTHON'
import os, sys, zipfile

with zipfile.ZipFile(sys.argv[1]) as jar:
    for name in jar.namelist():
        if name.startswith("META-INF/native/") and name.endswith(".so"):
            with open(os.path.join(sys.argv[2], os.path.basename(name)), "wb") as file:
                file.write(jar.read(name))
PYTHON
        rm "$jar"
    done
}

# One entry: the options with the class path spelled out (an AOT cache holds for one order of jars), and a script.
program() { # FOLDER NAME MAIN OPTIONS
    local folder=$1 name=$2 class_path
    class_path=$(cd "$folder/lib" && LC_ALL=C ls ./*.jar | sed 's|^\./|/opt/fairlead/lib/|' | paste -sd:)
    {
        cat "$root/deploy/jvm/$4.opts"
        [ ! -d "$folder/lib/native" ] || echo "-Djava.library.path=/opt/fairlead/lib/native"
        echo "-cp $class_path"
    } >"$folder/etc/$name.opts"
    cat >"$folder/bin/fairlead-$name" <<.
#!/bin/sh
# $3; FAIRLEAD_JAVA_OPTIONS: more options of the JVM, which win
home=/opt/fairlead
[ ! -e \$home/aot/$name.aot ] || cache=-XX:AOTCache=\$home/aot/$name.aot
exec \$home/jre/bin/java @\$home/etc/$name.opts \$cache \${FAIRLEAD_JAVA_OPTIONS:-} $3 "\$@"
.
    chmod 755 "$folder/bin/fairlead-$name"
}

# The CNI plugin, and the entry that installs it on a node.
cni_plugin() { # FOLDER
    [ -d "$root/cni" ] || return 0
    command -v go >/dev/null || die "Go is missing, which builds the CNI plugin: https://go.dev/dl"
    mkdir -p "$1/cni"
    (cd "$root/cni" && CGO_ENABLED=0 nice go build -trimpath -ldflags "-s -w" -o "$1/cni/" ./cmd/...)
    if [ ! -e "$1/cni/fairlead-cni-install" ]; then
        ln -s ../cni/fairlead-cni "$1/bin/fairlead-cni-install"
    else
        ln -s ../cni/fairlead-cni-install "$1/bin/fairlead-cni-install"
    fi
}

base() { # IMAGE PACKAGES
    local want
    want="$2 $(sha256sum <"$here/debian-root")"
    if [ "$(cat "$work/base-$1.made" 2>/dev/null)" = "$want" ]; then return; fi
    rm -rf "$work/base-$1"
    # shellcheck disable=SC2086
    "$here/debian-root" "$work/base-$1" $2
    echo "$want" >"$work/base-$1.made"
}

# One archive of layers: system, Java runtime, program.
pack() { # IMAGE USER
    local top=$work/top-$1
    rm -rf "$top"
    cp -al "$work/stage/$1" "$top"
    rm -rf "$top/jre"
    "$here/mkimage.py" --out "$out/$1.tar" --ref "fairlead/$1:$VERSION" --user "$2" --workdir / \
        --layer "$work/base-$1" --layer "$work/stage/$1/jre=/opt/fairlead/jre" --layer "$top=/opt/fairlead"
    rm -rf "$top"
}

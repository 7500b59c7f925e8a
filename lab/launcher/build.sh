# Builds when the sources are not those that target/dist was made of. Sourced by ./fairlead.

# One hash over name and content of everything that target/dist is made of; tests are not in it.
source_hash() {
    (
        cd "$root"
        {
            if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
                git ls-files -co --exclude-standard -z
            else
                find . -name .git -prune -o -name target -prune -o -type f -printf '%P\0'
            fi
        } | grep -zE '(^|/)pom\.xml$|(^|/)src/main/|^deploy/jvm/' | LC_ALL=C sort -z |
            xargs -0 sh -c 'for f; do [ -f "$f" ] && printf "%s\0" "$f"; done' sh | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
    )
}

# Commands to a lab that is up take the build there is: it may be the one that the lab runs.
build_unless_there() {
    if [ ! -e "$dist/stamp" ]; then build_if_needed; fi
}

build_if_needed() {
    local hash
    if [ -n "${FAIRLEAD_AOT_TRAINING:-}" ]; then return; fi # a part of the build that holds the lock
    hash=$(source_hash)
    if [ "$(cat "$dist/stamp" 2>/dev/null)" = "$hash" ]; then return; fi
    if ! mkdir -p "$root/target" 2>/dev/null || [ ! -w "$root/target" ]; then
        if [ -d "$dist/lib" ]; then
            echo "fairlead: the sources changed since the build, but $root/target cannot be written: using the build as it is" >&2
            return
        fi
        die "cannot build: $root/target cannot be written"
    fi
    exec 8>"$root/target/build.lock"
    flock 8
    hash=$(source_hash)
    if [ "$(cat "$dist/stamp" 2>/dev/null)" != "$hash" ]; then
        echo "fairlead: building (sources changed); this takes a minute" >&2
        rm -f "$dist/stamp"
        if ! "$root/mvnw" -f "$root/pom.xml" -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true package >"$root/target/build.log" 2>&1; then
            tail -40 "$root/target/build.log" >&2
            die "the build failed: see target/build.log"
        fi
        finish_dist "$hash"
        train
    fi
    exec 8>&-
}

# What target/dist has besides the jars.
finish_dist() { # HASH
    mkdir -p "$dist/etc"
    rm -rf "$dist/aot" # made of other jars
    cp "$root"/deploy/jvm/*.opts "$dist/etc/"
    chmod -R a+rX "$dist"
    echo "$1" >"$dist/stamp.new"
    mv "$dist/stamp.new" "$dist/stamp"
}

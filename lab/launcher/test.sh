# ./fairlead test: runs Maven's tests and closes with one line over all reports of that run. Sourced by ./fairlead.

# Tests with the tag soak are those with a long form; what has no short one has this tag alone.
run_tests() { # [unit|lab|all|soak]
    local part=${1:-all} status=0 mark
    local maven=("$root/mvnw" -f "$root/pom.xml" -B -ntp --fail-at-end "-Dspotless.check.skip=true" "-Dsurefire.failIfNoSpecifiedTests=false")
    case $part in
    unit) maven+=("-Dsurefire.excludedGroups=lab|soak") ;;
    lab) maven+=("-Dsurefire.groups=lab") ;;
    all) maven+=("-Dsurefire.excludedGroups=soak & !lab") ;;
    soak)
        maven+=("-Dsurefire.groups=soak")
        export FAIRLEAD_SOAK=1
        ;;
    *) usage "test: unit, lab or nothing, not $part" ;;
    esac
    mkdir -p "$root/target"
    if [ "$part" != unit ]; then
        require_tools
        require_user_namespaces
    fi
    mark=$(mktemp)
    exec 8>"$root/target/build.lock"
    flock 8
    local hash
    hash=$(source_hash)
    if [ "$(cat "$dist/stamp" 2>/dev/null)" != "$hash" ]; then
        echo "fairlead: building" >&2
        rm -f "$dist/stamp"
        "${maven[@]}" -q -DskipTests package || die "the build failed"
        finish_dist "$hash"
        train
    fi
    exec 8>&-
    "${maven[@]}" test || status=$?
    summary "$mark" || status=1
    rm -f "$mark"
    exit "$status"
}

# Sums the reports written since MARK; fails when there are none or a test failed.
summary() { # MARK
    find "$root" -path '*/target/surefire-reports/TEST-*.xml' -newer "$1" -print0 | xargs -0 -r awk '
        /<testsuite / {
            tests += number("tests"); failed += number("failures") + number("errors"); skipped += number("skipped"); nextfile
        }
        function number(name) { return match($0, " " name "=\"[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : 0 }
        END { printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped; exit failed > 0 || tests == 0 }'
}

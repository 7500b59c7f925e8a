# ./fairlead test: runs Maven's tests and closes with one line over all reports of that run. Sourced by ./fairlead.

# Tags: lab needs a lab, kube a Kubernetes cluster (kube-more: only where asked for); soak takes minutes and has no short form; long has a longer one, which soak runs.
run_tests() { # [unit|lab|kube|all|soak]
    local part=${1:-all} status=0 mark why
    local maven=("$root/mvnw" -f "$root/pom.xml" -B -ntp --fail-at-end "-Dspotless.check.skip=true" "-Dsurefire.failIfNoSpecifiedTests=false")
    case $part in
    unit) maven+=("-Dsurefire.excludedGroups=lab,kube,soak") ;;
    lab) maven+=("-Dsurefire.groups=lab" "-Dsurefire.excludedGroups=kube,soak") ;;
    kube)
        if ! why=$(kube_can); then die "test kube: $why"; fi
        maven+=("-Dsurefire.groups=kube" "-Dsurefire.excludedGroups=soak")
        export FAIRLEAD_KUBE=1
        ;;
    all)
        if why=$(kube_can); then
            export FAIRLEAD_KUBE=1
            maven+=("-Dsurefire.excludedGroups=soak,kube-more") # the install; `test kube` has the rest
        else
            echo "fairlead: SKIPPED: the tests on Kubernetes: $why" >&2
            maven+=("-Dsurefire.excludedGroups=kube,soak")
        fi
        ;;
    soak)
        maven+=("-Dsurefire.groups=soak,long" "-Dsurefire.excludedGroups=kube")
        export FAIRLEAD_SOAK=1
        ;;
    *) usage "test: unit, lab, kube or nothing, not $part" ;;
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
        "${maven[@]}" -q -Dmaven.test.skip=true package || die "the build failed"
        finish_dist "$hash"
        train
    fi
    exec 8>&-
    peers "$part"
    [ -z "${FAIRLEAD_KUBE:-}" ] || kube_prepare
    # a test that fails and then passes is shown as a flake, with both outcomes
    "${maven[@]}" -Dsurefire.rerunFailingTestsCount=1 test || status=$?
    [ "$part" != kube ] || api_tests || status=1
    if [ "$part" = all ] || [ "$part" = unit ]; then
        python_tests samples/bookinfo/test || status=1
        python_tests bench/test || status=1
        python_tests conformance/test || status=1
        python_tests deploy/daemonset/image/test || status=1
        go_tests cni || status=1
    fi
    if [ "$part" = all ]; then judged || status=1; fi
    summary "$mark" || status=1
    rm -f "$mark"
    exit "$status"
}

# The modules' own tests against an API server: they run in the network of a cluster of their own.
api_tests() {
    local kube=("$root/fairlead" kube --name api) status=0
    "${kube[@]}" down wipe && "${kube[@]}" up --nodes 1 >/dev/null || return 1
    "${kube[@]}" exec --net control "${maven[@]}" -o -Dsurefire.groups=kube -Dsurefire.excludedGroups=soak \
        -pl kubernetes,ca,pilot-lite -am -Dsurefire.rerunFailingTestsCount=1 test || status=1
    "${kube[@]}" down wipe
    return $status
}

# Real peers that some tests are judged by. Where one cannot be had its tests are skipped, and say so.
peers() { # unit|lab|kube|all|soak
    local folder
    if [ "$1" != lab ] && [ "$1" != kube ] && folder=$("$root/samples/tools/provision" envoy 2>>"$root/target/provision.log"); then
        export FAIRLEAD_ENVOY=$folder/bin/envoy
    fi
    if [ "$1" != unit ]; then
        local tool
        for tool in httpbin envoy fortio h2spec grpc-interop websockets; do
            "$root/samples/tools/provision" "$tool" >/dev/null 2>>"$root/target/provision.log" || echo "fairlead: $tool cannot be had: its tests are skipped" >&2
        done
    fi
}

# Tests that are not Java's.
python_passed=0 python_failed=0 go_passed=0 go_failed=0 judged_passed=0 judged_failed=0 judged_skipped=0

# The short form of `fairlead conformance`: one test, skipped where it cannot run (status 77).
judged() {
    local status=0
    "$root/conformance/run" --cases 500 --findings 4 || status=$?
    case $status in
    0) judged_passed=1 ;;
    77)
        echo "fairlead: SKIPPED: the agent beside a real Envoy" >&2
        judged_skipped=1
        ;;
    *)
        judged_failed=1
        return 1
        ;;
    esac
}

# A script of Python's unittest; its counts join the closing line.
python_tests() { # SCRIPT
    local output ran bad status=0
    output=$("$root/$1" 2>&1) || status=$?
    echo "$output"
    ran=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} in .*/\1/p' <<<"$output")
    bad=$(grep -cE '^(FAIL|ERROR): ' <<<"$output") || true
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    python_passed=$((python_passed + ${ran:-0} - bad)) python_failed=$((python_failed + bad))
    [ "$bad" = 0 ]
}

# A Go module's tests, where Go is there; its counts join the closing line.
go_tests() { # FOLDER
    local output status=0
    if ! command -v go >/dev/null; then
        echo "fairlead: Go is missing: the tests of $1 are skipped" >&2
        return
    fi
    output=$(cd "$root/$1" && go vet ./... && go test -count=1 -v ./... 2>&1) || status=$?
    if [ "$status" = 0 ]; then grep -E '^(ok|FAIL)' <<<"$output"; else echo "$output"; fi
    go_passed=$((go_passed + $(grep -c '^--- PASS: ' <<<"$output" || true)))
    go_failed=$((go_failed + $(grep -c '^--- FAIL: ' <<<"$output" || true)))
    if [ "$status" != 0 ] && [ "$go_failed" = 0 ]; then go_failed=1; fi
    return "$status"
}

# Sums the reports written since MARK; fails when there are none or a test failed.
summary() { # MARK
    find "$root" -path '*/target/surefire-reports/TEST-*.xml' -newer "$1" -print0 | xargs -0 -r awk -v others_passed="$((python_passed + go_passed + judged_passed))" -v others_failed="$((python_failed + go_failed + judged_failed))" \
        -v others_skipped="$judged_skipped" '
        /<testsuite / {
            tests += number("tests"); failed += number("failures") + number("errors"); skipped += number("skipped"); nextfile
        }
        function number(name) { return match($0, " " name "=\"[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : 0 }
        END {
            printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped + others_passed, failed + others_failed, skipped + others_skipped
            exit failed > 0 || tests == 0
        }'
}

# Makes the AOT caches of target/dist: a small mesh serves real requests with TLS and xDS, and what its JVMs loaded is
# kept for the next start. Without it everything runs, only slower at first. Sourced by ./fairlead.

train() {
    local caches=$dist/aot.new state status=0
    if [ -n "${FAIRLEAD_NO_AOT:-}" ]; then return 0; fi
    if ! unshare --user --map-root-user true 2>/dev/null; then
        echo "fairlead: no AOT caches: user namespaces are not allowed here" >&2
        return 0
    fi
    echo "fairlead: making AOT caches (once a build)" >&2
    state=$(mktemp -d "${TMPDIR:-/tmp}/fairlead-aot.XXXXXX")
    rm -rf "$caches"
    mkdir -p "$caches"
    (
        export FAIRLEAD_STATE=$state FAIRLEAD_LAB=aot FAIRLEAD_AOT_TRAINING=$caches
        trap '"$root/fairlead" lab down' EXIT
        training_run
    ) >"$root/target/aot.log" 2>&1 </dev/null || status=$?
    rm -rf "$state" "$dist/aot"
    if [ "$status" != 0 ]; then
        echo "fairlead: no AOT caches: see target/aot.log" >&2
        rm -rf "$caches"
        return 0
    fi
    rm -f "$caches"/*.config
    chmod -R a+rX "$caches"
    mv "$caches" "$dist/aot"
}

training_run() {
    set -e
    local samples=$root/samples
    "$root/fairlead" lab up --nodes 1 -f "$samples/default-namespace.yaml" "$samples/bookinfo/bookinfo.yaml" "$samples/sleep/sleep.yaml" "$samples/sleep/legacy.yaml"
    "$root/fairlead" lab exec deploy/sleep -- curl -sS -o /dev/null "http://productpage:9080/productpage?[1-40]"
    "$root/fairlead" lab apply --wait -f "$samples/bookinfo/networking/destination-rule-all.yaml" "$samples/bookinfo/networking/reviews-50-v3.yaml"
    "$root/fairlead" lab exec deploy/sleep -- curl -sS -o /dev/null "http://reviews:9080/reviews/0?[1-200]"
    "$root/fairlead" lab exec -n legacy deploy/sleep -- curl -sS -o /dev/null "http://reviews.default:9080/reviews/0?[1-40]"
    "$root/fairlead" lab node node-1 -- curl -sS -o /dev/null 127.0.0.1:15000/stats -o /dev/null 127.0.0.1:15000/stats/prometheus -o /dev/null 127.0.0.1:15000/config_dump
    # each leaves its cache when it ends in order
    "$root/fairlead" lab restart agent
    "$root/fairlead" lab restart pilot
    "$root/fairlead" lab restart ca
    "$JAVA_HOME/bin/java" "@$dist/etc/cli.opts" "-XX:AOTCacheOutput=$caches/cli.aot" -cp "$dist/lib/*" dev.fairlead.cli.Fairlead lab get pods
    # the daemon last: with it the lab ends
    "$root/fairlead" lab node node-1 -- sh -c 'kill -TERM "$(cat "/proc/1/task/1/children" | cut -d" " -f1)"'
    local i
    for ((i = 0; i < 600; i++)); do
        if ! "$root/fairlead" lab node node-1 -- true 2>/dev/null; then break; fi
        sleep 0.1
    done
    ls "$caches/agent.aot" "$caches/pilot-lite.aot" "$caches/ca.aot" "$caches/cli.aot" "$caches/lab.aot"
}

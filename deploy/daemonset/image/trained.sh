# AOT caches of the images' own Java runtime and class path: the lab's training run (lab/launcher/train.sh) with the
# images' programs in place of target/dist's. ca goes without: nobody waits for its start, and its cache would take the
# image over the limit. Sourced by build.

train_images() { # FOLDER with agent and control
    local folder=$1 status=0 state
    if [ -n "${FAIRLEAD_NO_AOT:-}" ]; then return 0; fi
    if ! unshare --user --map-root-user true 2>/dev/null; then
        echo "fairlead: image: no AOT caches: user namespaces are not allowed here" >&2
        return 0
    fi
    echo "fairlead: making the images' AOT caches" >&2
    state=$(mktemp -d "${TMPDIR:-/tmp}/fairlead-aot.XXXXXX")
    mkdir -p "$state/caches"
    trained_java "$folder" "$state/jdk" "$state/caches"
    (
        export FAIRLEAD_AOT_JAVA=$state/jdk FAIRLEAD_STATE=$state FAIRLEAD_LAB=aot FAIRLEAD_AOT_TRAINING=$state/caches caches=$state/caches
        trap '"$root/fairlead" lab down' EXIT
        training_run && "$state/jdk/bin/java" dev.fairlead.iptables.IptablesInit check
    ) >"$work/aot.log" 2>&1 </dev/null || status=$?
    for name in agent iptables-init; do mv "$state/caches/$name.aot" "$folder/agent/aot/" || status=1; done
    mv "$state/caches/pilot-lite.aot" "$folder/control/aot/" || status=1
    rm -rf "$state"
    [ "$status" = 0 ] || die "the AOT caches could not be made: see $work/aot.log (FAIRLEAD_NO_AOT=1 goes without)"
}

# A Java whose java runs the product's programs as the images do, and all others as they are.
trained_java() { # FOLDER JDK CACHES
    mkdir -p "$2/bin"
    cat >"$2/bin/java" <<.
#!/usr/bin/env bash
case " \$* " in
*" dev.fairlead.agent.NodeAgent "*) image=agent program=agent main=dev.fairlead.agent.NodeAgent ;;
*" dev.fairlead.pilot.PilotLite "*) image=control program=pilot-lite main=dev.fairlead.pilot.PilotLite ;;
*" dev.fairlead.ca.CertificateAuthority "*) image=control program=ca main=dev.fairlead.ca.CertificateAuthority ;;
*" dev.fairlead.iptables.IptablesInit check "*) image=agent program=iptables-init main="dev.fairlead.iptables.IptablesInit check" ;;
*) exec "$JAVA_HOME/bin/java" "\$@" ;;
esac
output=$3/\$program.aot
if [ -e "\$output" ]; then exec "$1/\$image/jre/bin/java" "@$3/\$program.opts" \$main; fi # restarted, when it has left its cache
exec "$1/\$image/jre/bin/java" "@$3/\$program.opts" -XX:AOTCacheOutput="\$output" \$main
.
    chmod 755 "$2/bin/java"
    local image file
    for image in agent control; do
        for file in "$1/$image"/etc/*.opts; do sed "s|/opt/fairlead/|$1/$image/|g" "$file" >"$3/${file##*/}"; done
    done
}

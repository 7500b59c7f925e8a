# The commands that go into a running lab, without a JVM: tests call them by the hundred. Sourced by ./fairlead.
# A failure before the command runs is status 125, with one line on standard error.

lab_failed() {
    echo "fairlead: $*" >&2
    exit 125
}

# Sets lab_folder and lab_init (the host's id of the lab's first process).
find_lab() { # NAME
    local pid start stat lab_name=$1
    lab_folder=$FAIRLEAD_STATE/labs/$1
    read -r pid start 2>/dev/null <"$lab_folder/process" || lab_failed "lab $1 is not up"
    stat=$(cat "/proc/$pid/stat" 2>/dev/null) || lab_failed "lab $1 is not running any more (./fairlead lab down)"
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    [ "${20}" = "$start" ] || lab_failed "lab $lab_name is not running any more (./fairlead lab down)"
    read -r lab_init _ 2>/dev/null <"/proc/$pid/task/$pid/children" || true # it ends without a newline
    [ -n "$lab_init" ] || lab_failed "lab $lab_name is not running any more"
}

# Becomes a command in the lab's own namespaces.
enter_lab() { # COMMAND…
    exec nsenter --target "$lab_init" --user --preserve-credentials --mount --pid --net -- setpriv --pdeathsig KILL "$@"
}

# Sets entry and log for a container of POD (its name, a unique prefix, or deploy/NAME).
find_container() { # NAMESPACE POD [CONTAINER]
    local namespace pod deployment container script file found=
    while read -r namespace pod deployment container script file; do
        [ "$namespace" = "$1" ] || continue
        case $2 in
        deploy/* | deployment/* | deployments/*) [ "${2#*/}" = "$deployment" ] || continue ;;
        *) case $pod in "${2#pod/}"*) ;; *) continue ;; esac ;;
        esac
        [ -z "${3:-}" ] || [ "$3" = "$container" ] || continue
        if [ -z "$found" ] || { [ "$pod" = "${2#pod/}" ] && [ "$found" != "$pod" ]; }; then
            found=$pod entry=$script log=$file
        elif [ "$found" != "$pod" ] && [ "$found" != "${2#pod/}" ]; then
            case $2 in
            */*) ;; # any pod of a deployment will do
            *) lab_failed "$2 is the beginning of several pods of $1: $found, $pod …" ;;
            esac
        fi
    done <"$lab_folder/containers" 2>/dev/null || lab_failed "the lab is not ready"
    [ -n "$found" ] || lab_failed "no running pod $2${3:+ with container $3} in namespace $1"
}

inside() { # exec|node|logs|capture ARGUMENTS…
    local command=$1 name=${FAIRLEAD_LAB:-fairlead} namespace=default container= follow= file= rest=() target= python
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        --name) name=${2:?--name needs a value} && shift 2 ;;
        --name=*) name=${1#*=} && shift ;;
        -n | --namespace) namespace=${2:?-n needs a value} && shift 2 ;;
        --namespace=*) namespace=${1#*=} && shift ;;
        -c | --container) container=${2:?-c needs a value} && shift 2 ;;
        -f | --follow) follow=1 && shift ;;
        -w) file=${2:?-w needs a file} && shift 2 ;;
        -i | -t | -it) shift ;;
        --) shift && rest=("$@") && break ;;
        -*) usage "lab $command: unknown option $1" ;;
        *)
            if [ -n "$target" ]; then
                if [ "$command" = exec ] || [ "$command" = node ]; then rest=("$@") && break; fi
                usage "lab $command: unexpected $1"
            fi
            target=$1 && shift
            ;;
        esac
    done
    [ -n "$target" ] || usage "lab $command: name what to go to"
    find_lab "$name"
    case $command in
    exec)
        [ ${#rest[@]} -gt 0 ] || usage "lab exec: name a command after --"
        find_container "$namespace" "$target" "$container"
        [ "$entry" != - ] || lab_failed "$target does not run at the moment"
        enter_lab sh -c '[ -r "$0" ] || exit 125; . "$0"' "$entry" "${rest[@]}"
        ;;
    node)
        [ ${#rest[@]} -gt 0 ] || usage "lab node: name a command after --"
        [ -d "$lab_folder/nodes/$target" ] || lab_failed "lab $name has no node $target"
        enter_lab nsenter "--net=/run/netns/$target" -- "${rest[@]}"
        ;;
    logs)
        find_container "$namespace" "$target" "$container"
        if [ -n "$follow" ]; then exec tail -n +1 -F "$lab_folder/logs/$log"; fi
        exec cat "$lab_folder/logs/$log"
        ;;
    capture)
        [ -n "$file" ] || usage "lab capture: name a file with -w"
        [ -d "$lab_folder/nodes/$target" ] || lab_failed "lab $name has no node $target"
        exec >"$file" || lab_failed "cannot write $file"
        python=/usr/bin/python3
        [ -x $python ] || python=$(command -v python3)
        enter_lab nsenter "--net=/run/netns/$target" -- "$python" -I -S "$root/lab/launcher/capture.py" eth0
        ;;
    esac
}

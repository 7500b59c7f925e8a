# What the lab needs of the machine, and which package has it. Sourced by ./fairlead.

missing_packages() {
    local need
    for need in ip:iproute2 iptables:iptables nsenter:util-linux unshare:util-linux setpriv:util-linux python3:python3 curl:curl tcpdump:tcpdump; do
        PATH=$PATH:/usr/sbin:/sbin command -v "${need%%:*}" >/dev/null || echo "${need##*:}"
    done | sort -u | tr '\n' ' '
}

# As root on Debian installs what is missing, saying so; else names it.
require_tools() {
    local packages
    packages=$(missing_packages)
    if [ -z "$packages" ]; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "fairlead: installing $packages(apt-get)" >&2
        # shellcheck disable=SC2086
        if DEBIAN_FRONTEND=noninteractive apt-get install -y -q $packages >&2; then return; fi
        die "could not install $packages"
    fi
    die "missing tools: install the packages ${packages% }"
}

# Says which setting forbids user namespaces, where they are forbidden.
require_user_namespaces() {
    if unshare -Urnm true 2>/dev/null; then return; fi
    local reason="no setting known to forbid them does; a container's seccomp profile may"
    if [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
        reason="sysctl kernel.unprivileged_userns_clone is 0; set it to 1"
    elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
        reason="sysctl user.max_user_namespaces is 0; set it to 10000"
    elif [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
        reason="sysctl kernel.apparmor_restrict_unprivileged_userns is 1; set it to 0"
    fi
    die "this machine forbids user namespaces, in which the lab lives: $reason"
}

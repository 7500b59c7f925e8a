# Where JDK 25 is. Sourced by ./fairlead and ./mvnw.

is_jdk25() { # FOLDER
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Prints the folder of a JDK 25: JAVA_HOME, the java of PATH, then /usr/lib/jvm.
find_jdk() {
    local candidate java
    if java=$(command -v javac); then java=$(dirname "$(dirname "$(readlink -f "$java")")"); fi
    for candidate in "${JAVA_HOME:-}" "$java" /usr/lib/jvm/*; do
        if [ -n "$candidate" ] && is_jdk25 "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    echo "fairlead: JDK 25 is missing (looked at JAVA_HOME, PATH and /usr/lib/jvm): install openjdk-25-jdk" >&2
    echo "          (Debian 13, Ubuntu 25.10, Fedora: java-25-openjdk-devel) or temurin-25-jdk from adoptium.net" >&2
    return 1
}

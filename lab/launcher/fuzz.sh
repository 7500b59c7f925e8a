# ./fairlead fuzz: Jazzer on the fuzz targets of the tests, one after the other. Sourced by ./fairlead.
# A target is a class of the tests named …Fuzz, with fuzzerTestOneInput and seeds. What is found stays in target/fuzz/TARGET.

fuzz() { # [--minutes N] [--target T]
    local minutes=10 wanted='' jazzer targets=() target failed=()
    while [ $# -gt 0 ]; do
        case $1 in
        --minutes) minutes=${2:?fuzz: --minutes N} ;;
        --target) wanted=${2:?fuzz: --target T} ;;
        *) usage "fuzz: --minutes N, --target T, not $1" ;;
        esac
        shift 2
    done
    [[ $minutes =~ ^[1-9][0-9]*$ ]] || usage "fuzz: --minutes $minutes: not a positive number"
    mapfile -t targets < <(cd "$root" && find . -path '*/src/test/java/*Fuzz.java' -printf '%P\n' | grep -E "/${wanted:-[A-Za-z0-9]*}(Fuzz)?\.java$" | sort)
    [ ${#targets[@]} -gt 0 ] || usage "fuzz: no target $wanted; there are $(cd "$root" && find . -path '*/src/test/java/*Fuzz.java' -printf '%f ' | sed 's/Fuzz\.java//g')"
    jazzer=$("$root/samples/tools/provision" jazzer) || die "fuzz: Jazzer cannot be had"
    "$root/mvnw" -f "$root/pom.xml" -q -B -Dspotless.check.skip=true -pl node-agent,pilot-lite -am \
        test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath || die "the build failed"
    for target in "${targets[@]}"; do
        fuzz_one "$jazzer" "$target" $((minutes * 60 / ${#targets[@]})) || failed+=("$target")
    done
    echo "${#targets[@]} targets, ${#failed[@]} with findings: ${failed[*]-}"
    [ ${#failed[@]} = 0 ]
}

fuzz_one() { # JAZZER FOLDER, SOURCE FILE, SECONDS
    local module=${2%%/src/*} class=${2#*/src/test/java/} folder classpath
    class=${class%.java}
    class=${class//\//.}
    folder=$root/target/fuzz/${class##*.}
    classpath=$root/$module/target/test-classes:$root/$module/target/classes:$(cat "$root/$module/target/test.classpath"):$1/lib/*
    mkdir -p "$folder/corpus"
    "$JAVA_HOME/bin/java" -cp "$root/node-agent/target/test-classes:$classpath" dev.fairlead.agent.FuzzSeeds "$class" "$folder/corpus" || die "fuzz: no seeds of $class"
    echo "fairlead: fuzzing $class for $3 s"
    (
        cd "$folder"
        "$JAVA_HOME/bin/java" -Xmx1g -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED -cp "$classpath" \
            com.code_intelligence.jazzer.Jazzer --target_class="$class" \
            '--instrumentation_includes=dev.fairlead.**:io.netty.handler.codec.**' '--disabled_hooks=*' \
            -max_total_time="$3" -print_final_stats=1 -artifact_prefix="$folder/" corpus
    ) >"$folder/log" 2>&1 && grep -E '^(stat::number_of_executed_units|stat::peak_rss)' "$folder/log" && return
    tail -n 30 "$folder/log"
    return 1
}

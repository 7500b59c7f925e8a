package dev.fairlead.lab.pods;

import static dev.fairlead.lab.host.Shell.quote;

import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.PodLaunch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The shell scripts of one container: the one that starts it, and the one that runs a further
 * command in it with the same environment and rights.
 *
 * @param folder the pod's own folder inside the lab, with what is bound into its containers
 * @param surroundings environment that every container gets, before its own
 */
record ContainerScript(
        PodLaunch pod, ContainerLaunch container, Path folder, Map<String, String> surroundings) {

    private static final String PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** What a container may do by default anywhere; not in it: SYS_ADMIN, NET_ADMIN, SYS_PTRACE. */
    private static final String CAPABILITIES =
            "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap"
                    + ",+net_bind_service,+net_raw,+sys_chroot,+setfcap";

    private static final String RIGHTS =
            "/usr/bin/setpriv --no-new-privs --inh-caps=-all --bounding-set=" + CAPABILITIES;

    /** As the first process of its namespace a program without a handler would ignore SIGTERM. */
    private static final String FIRST_PROCESS =
            "\"$@\" & child=$!; trap 'kill -TERM $child 2>/dev/null' TERM; status=0;"
                    + " while kill -0 $child 2>/dev/null; do wait $child; status=$?; done;"
                    + " exit $status";

    /**
     * Names the file in the pod's folder that appears when the container's own file system is
     * complete.
     */
    String mark() {
        return "started." + container.name();
    }

    String start() {
        StringBuilder script = new StringBuilder(". /.old/run/fairlead/container.sh\n");
        script.append("begin ").append(quote(folder.toString())).append('\n');
        if (container.appFolder() != null) {
            script.append("app ").append(quote(container.appFolder().toString())).append('\n');
        }
        for (EmptyDirMount volume : container.emptyDirs()) {
            script.append("folder ")
                    .append(quote(volumeFolder(volume)))
                    .append(' ')
                    .append(quote(volume.path()))
                    .append(volume.readOnly() ? "\n" : " rw\n");
        }
        for (int i = 0; i < container.files().size(); i++) {
            script.append("file ")
                    .append(quote(fileName(i)))
                    .append(' ')
                    .append(quote(container.files().get(i).path()))
                    .append('\n');
        }
        // last: a volume below /etc is placed on a layer over it, which would cover these
        script.append("file hosts /etc/hosts rw\nfile resolv.conf /etc/resolv.conf\n")
                .append("file hostname /etc/hostname\nhostname ")
                .append(quote(pod.hostname()))
                .append('\n');
        script.append("settle ").append(quote(mark())).append('\n');
        script.append("exec ").append(environment()).append(RIGHTS);
        script.append(" /bin/sh -c ").append(quote(FIRST_PROCESS)).append(" init");
        return script.append(words(container.argv())).append('\n').toString();
    }

    /** A script that runs its arguments in the container whose first process is {@code pid}. */
    String enter(long pid) {
        return "[ -e /proc/"
                + pid
                + "/ns/mnt ] || exit 125\n"
                + "exec nsenter --target "
                + pid
                + " --mount --uts --ipc --net --pid -- "
                + environment()
                + RIGHTS
                + " --pdeathsig KILL \"$@\"\n";
    }

    /** Name, in the pod's folder, of the {@code index}th file of this container. */
    String fileName(int index) {
        return "files/" + container.name() + "/" + index;
    }

    static String volumeFolder(EmptyDirMount volume) {
        return "volumes/"
                + volume.volume()
                + (volume.subPath().isEmpty() ? "" : "/" + volume.subPath());
    }

    private String environment() {
        Map<String, String> env = new LinkedHashMap<>();
        boolean app = container.appFolder() != null;
        env.put("HOME", "/");
        env.put("HOSTNAME", pod.hostname());
        env.put("PATH", PATH);
        env.putAll(surroundings);
        env.putAll(container.env());
        if (app) {
            env.merge("PATH", "/opt/app/bin", (path, bin) -> bin + ":" + path);
        }
        String directory =
                !container.workingDir().isEmpty() ? container.workingDir() : app ? "/opt/app" : "/";
        return "/usr/bin/env -i -C "
                + quote(directory)
                + env.entrySet().stream()
                        .map(entry -> " " + quote(entry.getKey() + "=" + entry.getValue()))
                        .collect(Collectors.joining())
                + " ";
    }

    private static String words(List<String> words) {
        return words.stream().map(word -> " " + quote(word)).collect(Collectors.joining());
    }
}

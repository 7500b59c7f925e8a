package dev.fairlead.e2e;

import java.nio.file.Path;

/**
 * A pod that runs a Java program on the libraries of an image that has them in {@code lib/}. A
 * program is a class of those libraries, or a source file of the test's resources.
 */
record JavaPod(String namespace, String name, String node, String image) {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");

    /** All source files of {@code namespace}'s pods, which see them in /etc/java. */
    static String programs(String namespace, String... sources) {
        StringBuilder data = new StringBuilder();
        for (String source : sources) {
            data.append("  %s: |\n%s".formatted(source, Echo.resource(source).indent(4)));
        }
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: java-programs, namespace: %s}
        data:
        %s---
        """
                .formatted(namespace, data);
    }

    /** A pod without a program of its own: {@link #command} is for {@code lab exec}. */
    String idle() {
        return manifest("[sleep, infinity]", "");
    }

    /** A pod that is ready when {@code port} is open; its label {@code app} is its name. */
    String server(int port, String program, String... arguments) {
        StringBuilder argv = new StringBuilder("[");
        for (String word : command(program, arguments)) {
            argv.append(argv.length() > 1 ? ", " : "").append('"').append(word).append('"');
        }
        return manifest(
                argv.append(']').toString(),
                "readinessProbe: {tcpSocket: {port: %d}, periodSeconds: 1}".formatted(port));
    }

    /** One that runs {@code program}, which ends in {@code .java} if it is a source file. */
    static String[] command(String program, String... arguments) {
        String what = program.endsWith(".java") ? "/etc/java/" + program : program;
        String[] command = new String[6 + arguments.length];
        command[0] = JAVA.toString();
        command[1] = "-Xmx512m";
        command[2] = "-XX:+UseSerialGC";
        command[3] = "-cp";
        command[4] = "/opt/app/lib/*";
        command[5] = what;
        System.arraycopy(arguments, 0, command, 6, arguments.length);
        return command;
    }

    private String manifest(String command, String more) {
        return """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: %1$s, namespace: %2$s}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s, namespace: %2$s, labels: {app: %1$s}}
        spec:
          serviceAccountName: %1$s
          nodeName: %3$s
          terminationGracePeriodSeconds: 0
          containers:
          - name: java
            image: %4$s
            command: %5$s
            volumeMounts: [{name: programs, mountPath: /etc/java}]
            %6$s
          volumes: [{name: programs, configMap: {name: java-programs}}]
        ---
        """
                .formatted(name, namespace, node, image, command, more);
    }

    /** A Service of {@code name} before the pods with that label. */
    static String service(String namespace, String name, String ports) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %2$s, namespace: %1$s}
        spec: {selector: {app: %2$s}, ports: %3$s}
        ---
        """
                .formatted(namespace, name, ports);
    }
}

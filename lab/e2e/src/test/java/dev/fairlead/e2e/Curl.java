package dev.fairlead.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.e2e.Launcher.Result;
import java.util.ArrayList;
import java.util.List;

/**
 * One curl in a pod or node and how it ended.
 *
 * @param status the HTTP status, 0 without one: curl prints 000
 * @param exit curl's exit status: 0 answered, 7 refused, 28 out of time, 52 closed without an
 *     answer, 56 reset
 * @param connects connections that it opened
 */
record Curl(int status, int exit, int connects, String body) {

    private static final String WRITE_OUT = "\n%{http_code} %{num_connects}";

    static Curl from(Lab lab, String namespace, String pod, String... arguments) {
        List<String> all = new ArrayList<>(List.of("exec", "-n", namespace, pod, "--"));
        all.addAll(command(arguments));
        return of(lab.run(all.toArray(String[]::new)));
    }

    static Curl fromNode(Lab lab, String node, String... arguments) {
        return of(lab.node(node, command(arguments).toArray(String[]::new)));
    }

    /** With all rights in a pod's network namespace. */
    static Curl inNetns(Lab lab, String netns, String... arguments) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + netns));
        all.addAll(command(arguments));
        return of(lab.node("node-1", all.toArray(String[]::new)));
    }

    private static List<String> command(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of("curl", "-s", "-m", "20", "-w", WRITE_OUT, "--noproxy", "*"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Curl of(Result result) {
        int line = result.out().lastIndexOf('\n');
        if (line < 0) {
            throw new AssertionError("curl did not run: " + result);
        }
        String[] figures = result.out().substring(line + 1).split(" ", -1);
        return new Curl(
                Integer.parseInt(figures[0]),
                result.status(),
                Integer.parseInt(figures[1]),
                result.out().substring(0, line));
    }

    /** Its body, which must be JSON. */
    JsonNode json() {
        return json(body);
    }

    static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /** What curl's user sees: "200", or "000/56". */
    String verdict() {
        return exit == 0 ? Integer.toString(status) : "%03d/%d".formatted(status, exit);
    }
}

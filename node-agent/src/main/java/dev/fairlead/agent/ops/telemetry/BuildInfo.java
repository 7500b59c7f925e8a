package dev.fairlead.agent.ops.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which build of the agent this is.
 *
 * @param version Maven's, or {@code unknown} where it does not run from its jar
 */
public record BuildInfo(String version) {

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");
    private static final String FROM_JAR =
            "/META-INF/maven/dev.fairlead/fairlead-node-agent/pom.properties";

    /** What the agent's jar says of itself. */
    public static BuildInfo ofThisProcess() {
        try (InputStream in = BuildInfo.class.getResourceAsStream(FROM_JAR)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return new BuildInfo(properties.getProperty("version", "unknown"));
        } catch (IOException e) {
            return new BuildInfo("unknown");
        }
    }

    /** Major * 1,000,000 + minor * 1,000 + patch; 0: not known. */
    long number() {
        Matcher match = NUMBERS.matcher(version);
        if (!match.matches()) {
            return 0;
        }
        return Long.parseLong(match.group(1)) * 1_000_000
                + Long.parseLong(match.group(2)) * 1_000
                + Long.parseLong(match.group(3));
    }
}

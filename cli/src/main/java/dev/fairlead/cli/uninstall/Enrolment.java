package dev.fairlead.cli.uninstall;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The mesh setting by which all pods leave, whatever their annotations say. */
final class Enrolment {

    private static final String OFF = "enrolment: {mode: OFF}";

    private Enrolment() {}

    /** The settings of ConfigMap {@code mesh}, with enrolment off. */
    static String off(@Nullable Map<String, String> data) {
        String settings = data == null ? "" : data.getOrDefault("mesh", "");
        StringBuilder kept = new StringBuilder();
        settings.lines()
                .filter(line -> !line.startsWith("enrolment:"))
                .forEach(line -> kept.append(line).append('\n'));
        return kept + OFF + "\n";
    }
}

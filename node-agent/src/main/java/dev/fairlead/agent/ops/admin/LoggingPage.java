package dev.fairlead.agent.ops.admin;

import dev.fairlead.wire.logging.LogLevels;
import dev.fairlead.wire.logging.LogLevels.Threshold;

/** {@code /logging}: loggers and their levels, as Envoy lists them; changed by POST. */
final class LoggingPage {

    private final LogLevels levels;

    LoggingPage(LogLevels levels) {
        this.levels = levels;
    }

    AdminResponse answer(AdminRequest request) {
        if (request.post()) {
            if (request.query().isEmpty()) {
                throw new IllegalArgumentException("?level=LEVEL or ?LOGGER=LEVEL is missing");
            }
            StringBuilder rules = new StringBuilder();
            request.query()
                    .forEach((logger, values) ->
                            rules.append(logger.equals("level") ? "" : logger)
                                    .append('=')
                                    .append(Threshold.parse(values.getLast()).word())
                                    .append(','));
            levels.apply(rules.toString());
        }
        StringBuilder text = new StringBuilder("active loggers:\n");
        levels.inUse()
                .forEach((name, threshold) ->
                        text.append("  ")
                                .append(name)
                                .append(": ")
                                .append(threshold.word())
                                .append('\n'));
        return AdminResponse.text(text.toString());
    }
}

package dev.fairlead.wire.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.wire.logging.LogLevels.Threshold;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class LogLevelsTest {

    private static final Instant TIME = Instant.parse("2026-11-21T16:00:28.120456Z");

    @Test
    void longestRuleWins() {
        LogLevels levels = new LogLevels();
        LineLogger agent = levels.logger("dev.fairlead.agent.NodeAgent");
        LineLogger xds = levels.logger("dev.fairlead.agent.control.xds.AdsClient");
        LineLogger netty = levels.logger("io.netty.channel.Channel");

        levels.apply("warn, dev.fairlead.agent.control=debug");

        assertThat(agent.isInfoEnabled()).isFalse();
        assertThat(agent.isWarnEnabled()).isTrue();
        assertThat(xds.isDebugEnabled()).isTrue();
        assertThat(xds.isTraceEnabled()).isFalse();
        assertThat(netty.threshold()).isEqualTo(Threshold.WARN);
    }

    @Test
    void aRuleTakesEffectOnLoggersInUse() {
        LogLevels levels = new LogLevels();
        LineLogger logger = levels.logger("dev.fairlead.Some");
        levels.set("dev.fairlead.Some", Threshold.OFF);
        assertThat(logger.isErrorEnabled()).isFalse();
        levels.set("dev.fairlead.Some", Threshold.TRACE);
        assertThat(logger.isTraceEnabled()).isTrue();
        assertThat(levels.inUse()).containsEntry("dev.fairlead.Some", Threshold.TRACE);
    }

    @Test
    void aPartOfANameIsNotAPrefix() {
        LogLevels levels = new LogLevels();
        levels.apply("dev.fair=debug");
        assertThat(levels.logger("dev.fairlead.Some").isDebugEnabled()).isFalse();
    }

    @Test
    void aListWithABadRuleChangesNothing() {
        LogLevels levels = new LogLevels();
        assertThatThrownBy(() -> levels.apply("debug,io.netty=loud"))
                .hasMessage("level \"loud\" is none of trace, debug, info, warn, error, off");
        assertThat(levels.rules().get("")).isEqualTo(Threshold.INFO);
    }

    @Test
    void aLineHasTimeLevelNameAndMessage() {
        LineLogger logger = new LogLevels().logger("dev.fairlead.agent.NodeAgent");
        assertThat(
                        logger.line(
                                TIME,
                                Level.INFO,
                                "listening port={} path={}",
                                new Object[] {15000, "/x"},
                                null))
                .isEqualTo(
                        "2026-11-21T16:00:28.120Z info NodeAgent listening port=15000 path=/x\n");
    }

    @Test
    void inputCannotForgeALine() {
        LineLogger logger = new LogLevels().logger("a.B");
        assertThat(
                        logger.line(
                                TIME,
                                Level.WARN,
                                "host={}",
                                new Object[] {"x\n2026 \u001b[1m"},
                                null))
                .isEqualTo("2026-11-21T16:00:28.120Z warn B host=x\\n2026 \\x1b[1m\n");
    }

    @Test
    void aThrowableIsOnTheLineAndItsStackOnlyAtErrorOrDebug() {
        LogLevels levels = new LogLevels();
        LineLogger logger = levels.logger("a.B");
        Exception thrown = new IllegalStateException("no \"root\"", new RuntimeException("gone"));
        String line =
                "2026-11-21T16:00:28.120Z warn B failed error=\"IllegalStateException: no 'root':"
                        + " RuntimeException: gone\"\n";

        assertThat(logger.line(TIME, Level.WARN, "failed", null, thrown)).isEqualTo(line);
        assertThat(logger.line(TIME, Level.ERROR, "failed", null, thrown)).contains("\tat ");
        levels.set("a", Threshold.DEBUG);
        assertThat(logger.line(TIME, Level.WARN, "failed", null, thrown))
                .startsWith(line)
                .contains("\tat ");
    }

    @Test
    void slf4jFindsIt() {
        assertThat(LoggerFactory.getLogger("a.C")).isInstanceOf(LineLogger.class);
    }
}

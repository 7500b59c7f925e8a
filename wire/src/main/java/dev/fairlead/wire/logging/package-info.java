/**
 * The logs of every process: an SLF4J backend that writes one line to stderr for each event, with
 * levels that can be changed while the process runs. SLF4J finds it by itself; only the agent's
 * admin endpoint calls it, through {@link dev.fairlead.wire.logging.LogLevels}. Imports SLF4J and
 * the JDK only.
 */
@NullMarked
package dev.fairlead.wire.logging;

import org.jspecify.annotations.NullMarked;

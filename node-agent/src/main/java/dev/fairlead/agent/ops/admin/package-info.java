/**
 * The agent's pages for operators, in Envoy's words, and the ports for Prometheus and for
 * readiness: a small HTTP server on a thread of its own. NodeAgent makes it and hands it what it
 * shows, through the small interfaces here. Reads model, data.stats, ops.telemetry and
 * ops.lifecycle; never control and none of Envoy's types.
 */
@NullMarked
package dev.fairlead.agent.ops.admin;

import org.jspecify.annotations.NullMarked;

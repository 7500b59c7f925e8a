/**
 * What the worker loops counted, summed and named: Envoy's stats as text and JSON, Prometheus
 * metrics with Envoy's and Istio's names. Called by admin at a scrape, off the worker loops; reads
 * data.stats, imports no other part of the agent. AgentMetrics lists every metric that is exposed.
 */
@NullMarked
package dev.fairlead.agent.ops.telemetry;

import org.jspecify.annotations.NullMarked;

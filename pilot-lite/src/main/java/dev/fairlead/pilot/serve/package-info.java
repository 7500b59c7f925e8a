/**
 * Serves snapshots: Envoy's delta ADS, what agents report, and what is known of agents. Called by
 * the composition root; imports {@code generate}, {@code compile}, {@code source} (reports), {@code
 * status}, {@code metrics}, {@code wire}'s tokens, and Envoy's discovery types.
 */
@NullMarked
package dev.fairlead.pilot.serve;

import org.jspecify.annotations.NullMarked;

/**
 * What pilot-lite counts, in one place, under Istio's names where it has one. Incremented by {@code
 * source} and {@code serve}, exposed by the composition root. Imports nothing of ours.
 */
@NullMarked
package dev.fairlead.pilot.metrics;

import org.jspecify.annotations.NullMarked;

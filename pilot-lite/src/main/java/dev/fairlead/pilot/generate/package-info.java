/**
 * Writes the compiled mesh as Envoy's resources, within docs/XDS-PROFILE.md. Called by {@code
 * serve}; imports {@code compile}, {@code state}, and Envoy's generated types.
 */
@NullMarked
package dev.fairlead.pilot.generate;

import org.jspecify.annotations.NullMarked;

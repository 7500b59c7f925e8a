/** What Envoy and agents read. */
@NullMarked
package dev.fairlead.pilot.generate;

import org.jspecify.annotations.NullMarked;

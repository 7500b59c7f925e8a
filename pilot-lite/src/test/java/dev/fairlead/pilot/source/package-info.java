/** From cluster directory to state and status. */
@NullMarked
package dev.fairlead.pilot.source;

import org.jspecify.annotations.NullMarked;

/** Which object governs, and in which order routes stand. */
@NullMarked
package dev.fairlead.pilot.compile;

import org.jspecify.annotations.NullMarked;

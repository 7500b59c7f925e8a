/** The delta protocol and agents' reports, against agents that misbehave. */
@NullMarked
package dev.fairlead.pilot.serve;

import org.jspecify.annotations.NullMarked;

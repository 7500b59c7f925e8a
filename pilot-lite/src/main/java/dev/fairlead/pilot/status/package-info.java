/**
 * Where pilot-lite says how objects, agents and pods stand: the cluster directory's {@code status}
 * part, of which it is the one writer, or another place behind the same interface. Called by {@code
 * source} and {@code serve}; imports {@code wire}'s directory only.
 */
@NullMarked
package dev.fairlead.pilot.status;

import org.jspecify.annotations.NullMarked;

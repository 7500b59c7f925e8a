/**
 * The cluster directory's {@code status} part, of which pilot-lite is the one writer. Called by
 * {@code source} and {@code serve}; imports {@code wire}'s directory only.
 */
@NullMarked
package dev.fairlead.pilot.status;

import org.jspecify.annotations.NullMarked;

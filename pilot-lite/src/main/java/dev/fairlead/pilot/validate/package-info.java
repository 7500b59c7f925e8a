/**
 * Reads what users write, strictly: every field is either taken, or named as not supported yet, or
 * named as unknown. Called by {@code source} for each applied object; fills records of {@code
 * state} and imports nothing else of ours but {@code wire}'s object names.
 */
@NullMarked
package dev.fairlead.pilot.validate;

import org.jspecify.annotations.NullMarked;

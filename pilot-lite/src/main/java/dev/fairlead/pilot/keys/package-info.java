/**
 * Keys of those who issue tokens: fetched from where they publish them, kept, and fetched again
 * from time to time. Agents never do that. Called by source, which gives what is known to the
 * compiler; imports state only.
 */
@NullMarked
package dev.fairlead.pilot.keys;

import org.jspecify.annotations.NullMarked;

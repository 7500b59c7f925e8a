/** The whole of pilot-lite, and its judges from outside. */
@NullMarked
package dev.fairlead.pilot;

import org.jspecify.annotations.NullMarked;

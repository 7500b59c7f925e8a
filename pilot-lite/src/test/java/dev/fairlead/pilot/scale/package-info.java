/** Many services and endpoints, without a cluster around them. */
@NullMarked
package dev.fairlead.pilot.scale;

import org.jspecify.annotations.NullMarked;

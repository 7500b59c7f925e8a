/** What is accepted, and what is refused where and why. */
@NullMarked
package dev.fairlead.pilot.validate;

import org.jspecify.annotations.NullMarked;

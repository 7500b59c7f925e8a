/** Tests of the webhook. */
@NullMarked
package dev.fairlead.pilot.admission;

import org.jspecify.annotations.NullMarked;

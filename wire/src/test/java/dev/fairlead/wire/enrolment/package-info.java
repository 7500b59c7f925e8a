/** Which object governs, and in which order routes stand. */
@NullMarked
package dev.fairlead.wire.enrolment;

import org.jspecify.annotations.NullMarked;

/** Tests of the webhook's certificates. */
@NullMarked
package dev.fairlead.pilot.admission.certificate;

import org.jspecify.annotations.NullMarked;

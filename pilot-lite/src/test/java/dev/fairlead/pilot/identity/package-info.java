/** The certificate that pilot-lite serves with, against a ca that signs what it is asked. */
@NullMarked
package dev.fairlead.pilot.identity;

import org.jspecify.annotations.NullMarked;

/** Tests of the callers' tokens. */
@NullMarked
package dev.fairlead.kubernetes.auth;

import org.jspecify.annotations.NullMarked;

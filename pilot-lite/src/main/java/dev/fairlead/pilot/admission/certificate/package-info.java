/**
 * The webhook's own certificate: a CA and a leaf in Secret {@code fairlead-webhook}, which the
 * leader makes and renews, and the caBundle in the webhook configuration. Called by {@code
 * admission}. Imports fabric8, Bouncy Castle, {@code kubernetes} and {@code wire}.
 */
@NullMarked
package dev.fairlead.pilot.admission.certificate;

import org.jspecify.annotations.NullMarked;

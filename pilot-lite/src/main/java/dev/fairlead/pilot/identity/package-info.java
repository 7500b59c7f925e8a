/**
 * pilot-lite's own certificate: got from ca, renewed in time. Called by the composition root;
 * imports {@code wire}'s certificate client and tokens.
 */
@NullMarked
package dev.fairlead.pilot.identity;

import org.jspecify.annotations.NullMarked;

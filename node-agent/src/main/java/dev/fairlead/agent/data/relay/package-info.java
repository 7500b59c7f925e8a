/**
 * Bytes from one leg of a connection to the other, with half-close and back-pressure. Decides
 * nothing.
 */
@NullMarked
package dev.fairlead.agent.data.relay;

import org.jspecify.annotations.NullMarked;

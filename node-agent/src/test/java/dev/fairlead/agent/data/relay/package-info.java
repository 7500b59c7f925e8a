/** Tests of {@code data.relay}. */
@NullMarked
package dev.fairlead.agent.data.relay;

import org.jspecify.annotations.NullMarked;

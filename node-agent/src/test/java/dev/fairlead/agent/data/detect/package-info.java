/** Tests of {@code data.detect}. */
@NullMarked
package dev.fairlead.agent.data.detect;

import org.jspecify.annotations.NullMarked;

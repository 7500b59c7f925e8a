/** Tests of {@code data.upstream}. */
@NullMarked
package dev.fairlead.agent.data.upstream;

import org.jspecify.annotations.NullMarked;

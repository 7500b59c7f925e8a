/** Tests of {@code data.proxy}. */
@NullMarked
package dev.fairlead.agent.data.proxy;

import org.jspecify.annotations.NullMarked;

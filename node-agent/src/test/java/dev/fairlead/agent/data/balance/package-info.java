/** Tests of {@code data.balance}. */
@NullMarked
package dev.fairlead.agent.data.balance;

import org.jspecify.annotations.NullMarked;

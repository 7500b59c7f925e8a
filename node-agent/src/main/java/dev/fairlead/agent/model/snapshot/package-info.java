/**
 * One consistent configuration of the agent: everything that control compiles and a worker installs
 * at once.
 */
@NullMarked
package dev.fairlead.agent.model.snapshot;

import org.jspecify.annotations.NullMarked;

/**
 * The pods of the mesh: those on this node, and what the control plane says of all of them.
 * Immutable, plain Java. Filled by control, read by data and ops.
 */
@NullMarked
package dev.fairlead.agent.model.workload;

import org.jspecify.annotations.NullMarked;

/**
 * Status on Kubernetes: conditions of objects and pods, and an Agent object for each node's agent.
 * Opened by the composition root, called through {@code StatusStore}, told by the source what
 * objects say already. Imports {@code status} and {@code dev.fairlead.kubernetes}.
 */
@NullMarked
package dev.fairlead.pilot.status.kubernetes;

import org.jspecify.annotations.NullMarked;

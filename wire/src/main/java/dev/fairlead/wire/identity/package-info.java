/**
 * Names of workloads and of the mesh's own processes. Called by every process; imports nothing of
 * ours.
 */
@NullMarked
package dev.fairlead.wire.identity;

import org.jspecify.annotations.NullMarked;

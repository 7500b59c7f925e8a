/**
 * The lab as scheduler and controller: which pods should be there, on which node, with which
 * address, and which Service has which address. Called by the host runtime after each change of the
 * applied objects or of a pod. Imports the lab's values, objects and pods; carries nothing out.
 */
@NullMarked
package dev.fairlead.lab.cluster.workloads;

import org.jspecify.annotations.NullMarked;

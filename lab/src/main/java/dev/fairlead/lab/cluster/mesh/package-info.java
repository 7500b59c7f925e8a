/**
 * Which pods are in the mesh, and what of them is not captured: read from annotations and labels.
 * Called by the host runtime before it tells an agent of a pod. Imports the lab's values and
 * objects, and the pod socket's exclusions.
 */
@NullMarked
package dev.fairlead.lab.cluster.mesh;

import org.jspecify.annotations.NullMarked;

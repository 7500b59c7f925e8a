/**
 * Where the cluster's state comes from: reads the cluster directory, has objects validated, keeps
 * the last good version of each in force, and hands over one {@code ClusterState} after each batch.
 * Called by the composition root, and by {@code serve} for agents' reports. Imports {@code state},
 * {@code validate}, {@code status}, {@code metrics}. On Kubernetes another source takes its place.
 */
@NullMarked
package dev.fairlead.pilot.source;

import org.jspecify.annotations.NullMarked;

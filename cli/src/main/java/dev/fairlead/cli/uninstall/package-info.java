/**
 * {@code uninstall}: takes the mesh off a cluster, traffic first, and leaves nothing of ours.
 * Called by the root of the commands; imports module kubernetes.
 */
@NullMarked
package dev.fairlead.cli.uninstall;

import org.jspecify.annotations.NullMarked;

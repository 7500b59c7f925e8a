/**
 * Which endpoints fail so much more than others that a pod leaves them alone for a while. Plain
 * arithmetic on what it is told; its owner has the timer. Called by data.upstream; imports
 * data.stats.
 */
@NullMarked
package dev.fairlead.agent.data.outlier;

import org.jspecify.annotations.NullMarked;

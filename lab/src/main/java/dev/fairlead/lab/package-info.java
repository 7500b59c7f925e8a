/**
 * The lab: a mesh on one machine, in network namespaces, with pods that are real processes. This
 * package is its composition root; {@code cluster} computes, {@code host} and {@code pods} carry
 * out, {@code engine} decides, {@code outside} is the way in from the host.
 */
@NullMarked
package dev.fairlead.lab;

import org.jspecify.annotations.NullMarked;

/**
 * Turns the cluster's state into what each client scope and each pod is to do, in plain Java: which
 * hosts a namespace sees, which rule governs each, which mode a pod accepts. Pure functions, called
 * by the composition root for every state, read by {@code generate}. Imports {@code state} only.
 */
@NullMarked
package dev.fairlead.pilot.compile;

import org.jspecify.annotations.NullMarked;

/**
 * Which pods are in the mesh, by the words that they and their namespaces carry: one rule, plain
 * Java, for all who must agree on it. Called by pilot-lite, which tells the agents, and by the lab.
 * Imports nothing of ours.
 */
@NullMarked
package dev.fairlead.wire.enrolment;

import org.jspecify.annotations.NullMarked;

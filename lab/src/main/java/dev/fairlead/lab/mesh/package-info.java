/**
 * The mesh's own processes in the lab: ca and pilot-lite in the fabric, an agent on each node;
 * their tokens, their restarts, and what the lab tells an agent of its pods. Called by the engine;
 * imports the lab's host and state layers and the wire protocols.
 */
@NullMarked
package dev.fairlead.lab.mesh;

import org.jspecify.annotations.NullMarked;

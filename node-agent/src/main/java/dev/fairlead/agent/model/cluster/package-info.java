/**
 * Upstream clusters, their endpoints and how a connection to them is secured. Immutable, plain
 * Java.
 */
@NullMarked
package dev.fairlead.agent.model.cluster;

import org.jspecify.annotations.NullMarked;

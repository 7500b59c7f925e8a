/**
 * The lab's name service, as a cluster has one: answers from a table that the engine replaces, and
 * nothing else. Called by the daemon; imports Netty and the zone of {@code cluster}.
 */
@NullMarked
package dev.fairlead.lab.names;

import org.jspecify.annotations.NullMarked;

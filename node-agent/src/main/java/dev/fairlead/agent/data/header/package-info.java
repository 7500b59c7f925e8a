/**
 * The PROXY protocol: who called, said in front of a connection's own bytes. Read on connections
 * that enter a pod whose application expects it, written on those that lead there. What is said is
 * passed on and believed by nobody here. Called by data.proxy and data.upstream.
 */
@NullMarked
package dev.fairlead.agent.data.header;

import org.jspecify.annotations.NullMarked;

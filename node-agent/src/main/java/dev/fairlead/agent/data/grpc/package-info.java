/**
 * What gRPC adds to HTTP: how a call is known, its status, its deadline, its messages, and how it
 * is answered without an upstream. Knows messages, not where they go. Called by data.proxy; imports
 * data.http and data.stats.
 *
 * <p>Source: gRPC, "gRPC over HTTP2"; where that leaves a choice, Envoy's.
 */
@NullMarked
package dev.fairlead.agent.data.grpc;

import org.jspecify.annotations.NullMarked;

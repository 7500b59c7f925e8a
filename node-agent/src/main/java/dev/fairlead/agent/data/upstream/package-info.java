/**
 * Connections from a pod to the endpoints of its clusters: choice, pools, TLS, the wire or the
 * same-node way. All of it belongs to one pod and runs on that pod's worker loop. Called by
 * data.proxy; imports data.balance, data.outlier, data.http, data.grpc, data.stats.
 */
@NullMarked
package dev.fairlead.agent.data.upstream;

import org.jspecify.annotations.NullMarked;

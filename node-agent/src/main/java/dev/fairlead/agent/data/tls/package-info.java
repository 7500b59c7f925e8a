/**
 * TLS between workloads, by BoringSSL: contexts per identity, the check of who the peer is, and a
 * look into a ClientHello. Called by {@code data.proxy} on worker loops; SVIDs are put in from the
 * control side. Imports {@code model.identity}, {@code model.listener}, {@code model.cluster} and
 * Netty.
 */
@NullMarked
package dev.fairlead.agent.data.tls;

import org.jspecify.annotations.NullMarked;

/**
 * X.509-SVIDs as their holders handle them: PEM, the rules that a certificate must meet to name a
 * workload, a certificate request, and the client of ca. Called by node-agent and pilot-lite;
 * imports gRPC and {@code wire.identity}. Plain JDK cryptography, so that an agent loads no other.
 */
@NullMarked
package dev.fairlead.wire.svid;

import org.jspecify.annotations.NullMarked;

/**
 * How the mesh's processes prove to each other who they are: a node's (or pilot-lite's) bearer
 * token towards the servers, a SPIFFE certificate under the mesh's root towards the clients. Called
 * by node-agent, pilot-lite, ca, and by the lab, which mints the tokens. Imports gRPC, Netty's TLS
 * and {@code wire.identity}.
 */
@NullMarked
package dev.fairlead.wire.tokens;

import org.jspecify.annotations.NullMarked;

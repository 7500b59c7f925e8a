/**
 * Tokens of end users: found in a request, parsed, verified by their issuer's keys, and what of
 * them the application sees. Called by data.proxy before a request is routed on; imports
 * model.token, Netty's HTTP types and Nimbus. What changes here, verified tokens kept for the next
 * request, belongs to the pod's loop.
 */
@NullMarked
package dev.fairlead.agent.data.token;

import org.jspecify.annotations.NullMarked;

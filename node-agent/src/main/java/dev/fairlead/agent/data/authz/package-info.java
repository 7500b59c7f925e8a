/**
 * External authorizers: how one is asked about a request, and what it answers. Called by
 * data.proxy; asks over data.upstream, as the pod's own requests go.
 */
@NullMarked
package dev.fairlead.agent.data.authz;

import org.jspecify.annotations.NullMarked;

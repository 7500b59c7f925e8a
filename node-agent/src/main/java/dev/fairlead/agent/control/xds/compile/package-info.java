/**
 * From resources on the wire to the agent's model, one compiler a type, and the profile: which
 * messages and fields of Envoy's API are honoured. What is outside it is refused with its path,
 * never ignored. Pure: no state, no sockets. Called by control.xds.state; Envoy's generated types
 * stay inside control.xds.
 */
@NullMarked
package dev.fairlead.agent.control.xds.compile;

import org.jspecify.annotations.NullMarked;

/**
 * HTTP routes as the data plane asks them: virtual hosts, matches and actions. Immutable; the
 * constructors build the look-ups. Pure: a decision needs no socket. Called by data.proxy and by
 * explain.
 */
@NullMarked
package dev.fairlead.agent.model.route;

import org.jspecify.annotations.NullMarked;

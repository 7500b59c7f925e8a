/**
 * The SVIDs of this node: which are wanted, asking ca for them, renewing them in time. Called by
 * {@code control.pods} (want, release) and admin (list); tells its listener, which NodeAgent
 * connects to the TLS store. Imports {@code model.identity} and {@code wire}.
 */
@NullMarked
package dev.fairlead.agent.control.identity;

import org.jspecify.annotations.NullMarked;

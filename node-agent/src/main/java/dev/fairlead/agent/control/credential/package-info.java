/**
 * Certificates, keys and roots that rules name, for TLS towards servers outside the mesh: found in
 * this node's files, for the namespaces whose pods run here, and told to whoever carries traffic.
 * Called by the composition root. Imports {@code model.identity} and {@code wire}.
 */
@NullMarked
package dev.fairlead.agent.control.credential;

import org.jspecify.annotations.NullMarked;

/**
 * Certificates of this node's workloads as values. Filled by {@code control.identity}, read by
 * {@code data.tls} and by admin. Plain Java.
 */
@NullMarked
package dev.fairlead.agent.model.identity;

import org.jspecify.annotations.NullMarked;

/**
 * Whether the agent can serve, and what is missing if not. Written by whoever waits for something
 * (certificates, configuration, listeners), read by admin's readiness pages; imports nothing of
 * ours.
 */
@NullMarked
package dev.fairlead.agent.ops.lifecycle;

import org.jspecify.annotations.NullMarked;

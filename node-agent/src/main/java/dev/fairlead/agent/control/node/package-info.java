/**
 * The pods of a Kubernetes node: what its container runtime runs, joined with what the control
 * plane says is to be captured; and what a CNI plugin asks. Enrols by {@code control.pods}, which
 * does the work.
 *
 * <p>Called by the composition root. Imports the model, the wire, control.pods and iptables-init.
 */
@NullMarked
package dev.fairlead.agent.control.node;

import org.jspecify.annotations.NullMarked;

/**
 * The iptables rules that hand a pod's TCP connections to the node's agent, and the one rule that
 * the node's own namespace needs. Which rules: pure functions ({@link
 * dev.fairlead.iptables.PodRules}, {@link dev.fairlead.iptables.NodeRules}, {@link
 * dev.fairlead.iptables.RulePlan}). Putting them into a namespace: {@link
 * dev.fairlead.iptables.RuleApplier}, which calls the system's iptables and ip.
 *
 * <p>Called by the agent for each pod and, as {@code fairlead-iptables}, by operators and as init
 * container. Imports the JDK, picocli and SLF4J only.
 */
@NullMarked
package dev.fairlead.iptables;

import org.jspecify.annotations.NullMarked;

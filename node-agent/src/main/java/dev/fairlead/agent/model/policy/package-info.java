/**
 * What a pod lets in: access rules and rate limits as values, and the questions that both ask of a
 * request. Immutable and pure. Made by control.xds, asked by data.policy and by explain; imports
 * request and workload only.
 */
@NullMarked
package dev.fairlead.agent.model.policy;

import org.jspecify.annotations.NullMarked;

/**
 * What a request or connection is and how it ended: the vocabulary of decisions. Immutable, plain
 * Java; imports nothing of the agent.
 */
@NullMarked
package dev.fairlead.agent.model.request;

import org.jspecify.annotations.NullMarked;

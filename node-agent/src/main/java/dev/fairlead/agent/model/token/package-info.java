/**
 * What tokens of end users a pod asks for: issuers with their keys, where tokens are looked for,
 * and which requests must bring one. Immutable; keys are the JDK's. Made by control.xds, asked by
 * data.token; imports request and route only.
 */
@NullMarked
package dev.fairlead.agent.model.token;

import org.jspecify.annotations.NullMarked;

/**
 * The agent's side of the control plane: one delta ADS stream that fills the model, and reports of
 * captured pods. NodeAgent starts it and hands its snapshots to the workers; ops reads XdsStatus
 * and ConfigDump. May import model, wire and its own sub-packages; never data.
 */
@NullMarked
package dev.fairlead.agent.control.xds;

import org.jspecify.annotations.NullMarked;

/**
 * The lab as one machine: what users apply goes in, pods and packet rules come out, and what is
 * observed is written down for the control plane. One thread decides; pods, probes and the mesh's
 * processes run on their own and report. Called by the daemon and its control socket; imports all
 * the lab's other packages.
 */
@NullMarked
package dev.fairlead.lab.engine;

import org.jspecify.annotations.NullMarked;

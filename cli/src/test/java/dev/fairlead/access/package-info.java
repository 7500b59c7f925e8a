/**
 * Who may, row by row: what Istio's own security suites check, as facts. A {@link
 * dev.fairlead.access.PaperMesh} is compiled by pilot-lite's code and asked by the agent's, without
 * sockets; what is about sockets is in the lab.
 */
@NullMarked
package dev.fairlead.access;

import org.jspecify.annotations.NullMarked;

/**
 * Where requests go, row by row: what Istio's own suites of routing check, as facts. A mesh on
 * paper is compiled by pilot-lite's code and asked by the agent's, without sockets.
 */
@NullMarked
package dev.fairlead.traffic;

import org.jspecify.annotations.NullMarked;

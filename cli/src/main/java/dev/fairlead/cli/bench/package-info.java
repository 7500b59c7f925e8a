/**
 * {@code ./fairlead bench control}: a large cluster in a real API server, simulated agents, and how
 * long a change takes from one to the other. Started by bench/control, which has started the API
 * server, ca and pilot-lite. Imports {@code wire}, {@code dev.fairlead.kubernetes} and gRPC.
 */
@NullMarked
package dev.fairlead.cli.bench;

import org.jspecify.annotations.NullMarked;

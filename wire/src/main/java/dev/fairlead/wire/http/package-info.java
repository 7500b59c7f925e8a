/**
 * The plain HTTP listener of the control plane's processes, for probes and scrapes. Called by ca
 * and pilot-lite. Imports the JDK only.
 */
@NullMarked
package dev.fairlead.wire.http;

import org.jspecify.annotations.NullMarked;

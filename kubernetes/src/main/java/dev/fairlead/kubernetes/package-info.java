/**
 * The Kubernetes API as ca, pilot-lite and the commands use it: the client and where it is found.
 * The one module besides pilot-lite that imports fabric8; agents never talk to the API server.
 */
@NullMarked
package dev.fairlead.kubernetes;

import org.jspecify.annotations.NullMarked;

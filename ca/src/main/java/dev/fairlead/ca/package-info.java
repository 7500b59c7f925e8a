/**
 * The certificate authority: signs SPIFFE X.509-SVIDs for the pods of a node when that node's agent
 * asks, and pilot-lite's serving certificate. {@link dev.fairlead.ca.CertificateAuthority} builds
 * it all. Imports {@code wire} and Bouncy Castle; reads the cluster directory, writes only its own
 * folder and the public bundle.
 */
@NullMarked
package dev.fairlead.ca;

import org.jspecify.annotations.NullMarked;

package dev.fairlead.agent.ops.admin;

import dev.fairlead.wire.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** The certificates in use; never a key. Called on any thread. */
public interface CertificateSource {

    /** What peers are trusted by. */
    List<X509Certificate> roots();

    /** Each identity's certificate and what it is signed by, leaf first. */
    Map<SpiffeId, List<X509Certificate>> chains();
}

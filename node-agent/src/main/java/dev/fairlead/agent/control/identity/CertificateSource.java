package dev.fairlead.agent.control.identity;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;

/** Where certificates come from: ca, or a test's stand-in. May wait; called on virtual threads. */
public interface CertificateSource {

    CertificateClient.Answer request(SpiffeId id);
}

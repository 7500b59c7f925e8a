package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.model.identity.CertificateStatus;
import java.util.List;

/**
 * The identities wanted on this node, with their certificates; never a key. Called on any thread.
 */
public interface CertificateSource {

    /** Each of them, those without a certificate too. */
    List<CertificateStatus> certificates();
}

package dev.fairlead.agent.data.tls;

import java.security.cert.CertificateException;

/** A peer whose certificate is good, but another's than the one that is wanted. */
public final class WrongPeerException extends CertificateException {

    private static final long serialVersionUID = 1;

    WrongPeerException(String message) {
        super(message);
    }
}

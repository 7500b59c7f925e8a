package dev.fairlead.pilot.generate;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import java.net.InetAddress;

/** Which of a certificate's names a text can be. */
final class SubjectAltNames {

    private SubjectAltNames() {}

    static SanType typeOf(String name) {
        if (name.contains("://")) {
            return SanType.URI;
        }
        if (name.contains("@")) {
            return SanType.EMAIL;
        }
        return isAddress(name) ? SanType.IP_ADDRESS : SanType.DNS;
    }

    private static boolean isAddress(String name) {
        try {
            InetAddress.ofLiteral(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.cluster.SubjectAltName;
import dev.fairlead.agent.model.cluster.SubjectAltName.Kind;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The names of servers' certificates. Source: RFC 5280 §4.2.1.6; RFC 9525 §6.3 for {@code *}, which
 * stands for one whole label, the first.
 */
final class ServerNames {

    private static final int EMAIL = 1; // of GeneralName, as are the others
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP_ADDRESS = 7;

    private ServerNames() {}

    /** What the certificate of whoever is asked for by {@code host} must have. */
    static Set<SubjectAltName> ofHost(String host) {
        return Set.of(new SubjectAltName(isAddress(host) ? Kind.IP_ADDRESS : Kind.DNS, host));
    }

    /** Whether it is an address, which is never a server name in TLS (RFC 6066 §3). */
    static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    /** Whether the certificate has one of {@code wanted}. The subject is not looked at. */
    static boolean has(X509Certificate certificate, Set<SubjectAltName> wanted)
            throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return false;
        }
        for (List<?> name : names) {
            if (name.get(1) instanceof String value) {
                for (SubjectAltName one : wanted) {
                    if (is((Integer) name.get(0), value, one)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean is(int kind, String value, SubjectAltName wanted) {
        return switch (wanted.kind()) {
            case DNS -> kind == DNS && isDns(value, wanted.value());
            case URI -> kind == URI && value.equals(wanted.value());
            case EMAIL -> kind == EMAIL && value.equals(wanted.value());
            case IP_ADDRESS -> kind == IP_ADDRESS && isAddress(value, wanted.value());
        };
    }

    static boolean isDns(String certified, String wanted) {
        if (certified.equalsIgnoreCase(wanted)) {
            return true;
        }
        int label = wanted.indexOf('.');
        return certified.startsWith("*.")
                && label > 0
                && certified.indexOf('.', 2) > 0 // not *.com
                && certified.regionMatches(true, 1, wanted, label, wanted.length() - label)
                && certified.length() - 1 == wanted.length() - label;
    }

    private static boolean isAddress(String certified, String wanted) {
        return isAddress(certified)
                && isAddress(wanted)
                && InetAddress.ofLiteral(certified).equals(InetAddress.ofLiteral(wanted));
    }
}

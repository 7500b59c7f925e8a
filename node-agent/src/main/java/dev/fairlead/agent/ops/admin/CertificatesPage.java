package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * {@code /certs}: certificates in the shape of Envoy's admin.v3.Certificates; state, problem and
 * next try of each identity are ours.
 */
final class CertificatesPage {

    private static final int URI = 6; // RFC 5280 §4.2.1.6, uniformResourceIdentifier
    private static final int DNS = 2; // dNSName
    private static final int HEX = 16;

    private final CertificateSource source;
    private final Clock clock;

    CertificatesPage(CertificateSource source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    AdminResponse answer(AdminRequest request) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode certificates = root.putArray("certificates");
        source.certificates().stream()
                .sorted(Comparator.comparing(status -> status.id().uri()))
                .forEach(status -> {
                    ObjectNode one = certificates.addObject();
                    add(one.putArray("ca_cert"), "ROOTCA", status.bundle());
                    add(one.putArray("cert_chain"), status.id().uri(), status.chain());
                    one.put("state", status.state());
                    if (status.problem() != null) {
                        one.put("problem", status.problem());
                    }
                    if (status.nextTry() != null) {
                        one.put("next_try", status.nextTry().toString());
                    }
                });
        return AdminResponse.json(root);
    }

    private void add(ArrayNode list, String secret, List<X509Certificate> certificates) {
        for (X509Certificate certificate : certificates) {
            var until = certificate.getNotAfter().toInstant();
            long days = Math.max(0, Duration.between(clock.instant(), until).toDays());
            ObjectNode one = list.addObject();
            one.put("path", "<secret " + secret + ">");
            one.put("serial_number", certificate.getSerialNumber().toString(HEX));
            addNames(one.putArray("subject_alt_names"), certificate);
            one.put("days_until_expiration", Long.toString(days));
            one.put("valid_from", certificate.getNotBefore().toInstant().toString());
            one.put("expiration_time", until.toString());
        }
    }

    private static void addNames(ArrayNode list, X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return; // the TLS store would not have taken it
        }
        if (names == null) {
            return;
        }
        for (List<?> name : names) {
            if (name.getFirst().equals(URI)) {
                list.addObject().put("uri", String.valueOf(name.get(1)));
            } else if (name.getFirst().equals(DNS)) {
                list.addObject().put("dns", String.valueOf(name.get(1)));
            }
        }
    }
}

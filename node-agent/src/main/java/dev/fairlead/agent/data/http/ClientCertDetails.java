package dev.fairlead.agent.data.http;

import dev.fairlead.agent.model.listener.ForwardClientCert;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * One element of {@code x-forwarded-client-cert}: who called whom, by the caller's certificate.
 * Keys in Envoy's order. A value with a character that the header's syntax uses is quoted, a quote
 * in it escaped; what no header may hold is escaped as in RFC 4514.
 *
 * <p>Source: Envoy, "HTTP header manipulation", x-forwarded-client-cert.
 */
final class ClientCertDetails {

    private static final int DNS_NAME = 2; // GeneralName dNSName
    private static final int URI_NAME = 6; // GeneralName uniformResourceIdentifier

    /** Attribute types that OpenSSL names and RFC 2253 does not. */
    private static final Map<String, String> ATTRIBUTES =
            Map.ofEntries(
                    Map.entry("1.2.840.113549.1.9.1", "emailAddress"),
                    Map.entry("2.5.4.4", "SN"),
                    Map.entry("2.5.4.5", "serialNumber"),
                    Map.entry("2.5.4.12", "title"),
                    Map.entry("2.5.4.15", "businessCategory"),
                    Map.entry("2.5.4.17", "postalCode"),
                    Map.entry("2.5.4.41", "name"),
                    Map.entry("2.5.4.42", "GN"),
                    Map.entry("2.5.4.43", "initials"),
                    Map.entry("2.5.4.46", "dnQualifier"));

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final StringBuilder text = new StringBuilder();

    private ClientCertDetails() {}

    /**
     * @param by the called workload
     * @param chain of the caller, leaf first
     */
    static String of(ForwardClientCert how, SpiffeId by, List<X509Certificate> chain) {
        X509Certificate leaf = chain.getFirst();
        var details = new ClientCertDetails();
        details.value("By", by.uri());
        details.value("Hash", hash(leaf));
        if (how.cert()) {
            details.quoted("Cert", encoded(chain.subList(0, 1)));
        }
        if (how.chain()) {
            details.quoted("Chain", encoded(chain));
        }
        if (how.subject()) {
            details.quoted(
                    "Subject",
                    leaf.getSubjectX500Principal().getName(X500Principal.RFC2253, ATTRIBUTES));
        }
        if (how.uri() && !details.names("URI", leaf, URI_NAME)) {
            details.value("URI", "");
        }
        if (how.dns()) {
            details.names("DNS", leaf, DNS_NAME);
        }
        return details.text.toString();
    }

    /** False where there are none. */
    private boolean names(String key, X509Certificate leaf, int kind) {
        boolean some = false;
        Collection<List<?>> names;
        try {
            names = leaf.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            throw new IllegalStateException("a verified certificate that cannot be read", e);
        }
        if (names == null) {
            return false;
        }
        for (List<?> name : names) {
            if (name.get(0).equals(kind) && name.get(1) instanceof String value) {
                value(key, value);
                some = true;
            }
        }
        return some;
    }

    private void value(String key, String value) {
        if (isPlain(value)) {
            key(key).append(value);
        } else {
            quoted(key, value.replace("\\", "\\5C").replace("\"", "\\\""));
        }
    }

    /** {@code value} has its quotes and backslashes escaped, as a subject has. */
    private void quoted(String key, String value) {
        key(key).append('"');
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b < ' ' || b > '~') { // beyond ASCII is negative
                text.append('\\').append(HEX.toHexDigits(b));
            } else {
                text.append((char) b);
            }
        }
        text.append('"');
    }

    private StringBuilder key(String key) {
        if (!text.isEmpty()) {
            text.append(';');
        }
        return text.append(key).append('=');
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c > '~' || c == ',' || c == ';' || c == '=' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static String encoded(List<X509Certificate> certificates) {
        return Pem.write(certificates)
                .replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }

    private static String hash(X509Certificate leaf) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(leaf.getEncoded()));
        } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a verified certificate that cannot be hashed", e);
        }
    }
}

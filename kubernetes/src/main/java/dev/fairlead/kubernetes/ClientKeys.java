package dev.fairlead.kubernetes;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** Tells what kind of key a kubeconfig carries. */
final class ClientKeys {

    private static final String EC_PUBLIC_KEY = "06072a8648ce3d0201"; // its DER: 1.2.840.10045.2.1

    private ClientKeys() {}

    /** Whether {@code data}, a PEM file in base64, holds an elliptic-curve key in PKCS #8. */
    static boolean elliptic(String data) {
        try {
            String pem =
                    new String(Base64.getMimeDecoder().decode(data), StandardCharsets.US_ASCII);
            String body = pem.replaceAll("-----[^-]*-----", "");
            byte[] der = Base64.getMimeDecoder().decode(body);
            return HexFormat.of().formatHex(der).contains(EC_PUBLIC_KEY);
        } catch (IllegalArgumentException e) {
            return false; // the client says what is wrong with it
        }
    }
}

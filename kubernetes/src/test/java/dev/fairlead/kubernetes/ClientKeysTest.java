package dev.fairlead.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ClientKeysTest {

    private static String kubeconfigKey(String algorithm) throws NoSuchAlgorithmException {
        byte[] der =
                KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate().getEncoded();
        String pem =
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                        + "\n-----END PRIVATE KEY-----\n";
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void tellsEllipticKeysFromOthers() throws NoSuchAlgorithmException {
        assertThat(ClientKeys.elliptic(kubeconfigKey("EC"))).isTrue();
        assertThat(ClientKeys.elliptic(kubeconfigKey("RSA"))).isFalse();
        assertThat(ClientKeys.elliptic("no key")).isFalse();
    }
}

package dev.fairlead.ca;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.PrivateFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * The folder with ca's key and certificates: {@code ca-key.pem}, {@code ca-cert.pem} (signs),
 * {@code root-cert.pem} (is trusted; may hold several), {@code cert-chain.pem} (optional: what is
 * between the two). Names as Istio's plugged-in {@code cacerts}. An empty folder gets a root of
 * ca's own.
 *
 * <p>Everything that would make certificates worthless or leak the key is an IOException with one
 * clear line, at start.
 */
final class CaFiles {

    private static final int KEY_CERT_SIGN = 5;

    private final Path key;
    private final Path certificate;
    private final Path root;
    private final Path chain;
    private final Path folder;
    private final Clock clock;

    CaFiles(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
        key = folder.resolve("ca-key.pem");
        certificate = folder.resolve("ca-cert.pem");
        root = folder.resolve("root-cert.pem");
        chain = folder.resolve("cert-chain.pem");
    }

    /** What the folder holds, checked; a new root where it holds nothing. */
    Authority loadOrCreate(String trustDomain) throws IOException {
        if (Files.exists(key) != Files.exists(certificate)) {
            throw new IOException(
                    folder
                            + " has only one of ca-key.pem and ca-cert.pem: add the other,"
                            + " or remove it to begin with a new root");
        }
        if (!Files.exists(key)) {
            create(trustDomain);
        }
        return load();
    }

    private void create(String trustDomain) throws IOException {
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Authority made = Leaves.selfSignedRoot(trustDomain, clock.instant());
        byte[] pem = bytes(Pem.write(made.roots()));
        PrivateFile.write(root, pem);
        PrivateFile.write(key, bytes(Pem.block("PRIVATE KEY", made.key().getEncoded())));
        PrivateFile.write(certificate, pem);
    }

    private Authority load() throws IOException {
        PrivateFile.require(key);
        PrivateKey signingKey = readKey();
        List<X509Certificate> signing = certificates(certificate);
        List<X509Certificate> roots = certificates(root);
        List<X509Certificate> above = new ArrayList<>(signing.subList(1, signing.size()));
        if (Files.exists(chain)) {
            above.addAll(certificates(chain));
        }
        above.remove(signing.get(0)); // Istio's cert-chain.pem begins with ca-cert.pem
        above.removeAll(roots);
        Authority authority = new Authority(signingKey, signing.get(0), above, roots);
        try {
            check(authority, clock.instant());
        } catch (GeneralSecurityException e) {
            throw new IOException(certificate + ": " + e.getMessage(), e);
        }
        return authority;
    }

    private static void check(Authority authority, Instant now) throws GeneralSecurityException {
        X509Certificate signing = authority.certificate();
        boolean[] usage = signing.getKeyUsage();
        if (signing.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw new CertificateException("not a CA certificate");
        }
        if (now.isAfter(signing.getNotAfter().toInstant())) {
            throw new CertificateException("expired at " + signing.getNotAfter().toInstant());
        }
        if (now.isBefore(signing.getNotBefore().toInstant())) {
            throw new CertificateException(
                    "not valid before " + signing.getNotBefore().toInstant());
        }
        Signature signature = Signature.getInstance(authority.signatureAlgorithm());
        signature.initSign(authority.key());
        signature.update(signing.getEncoded());
        byte[] signed = signature.sign();
        if (!verifies(authority, signed)) {
            throw new CertificateException("is not the certificate of ca-key.pem");
        }
        requirePathToRoot(authority, now);
    }

    private static boolean verifies(Authority authority, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(authority.signatureAlgorithm());
            signature.initVerify(authority.certificate().getPublicKey());
            signature.update(authority.certificate().getEncoded());
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // another kind of key
        }
    }

    private static void requirePathToRoot(Authority authority, Instant now)
            throws GeneralSecurityException {
        if (authority.intermediates().isEmpty()) {
            return;
        }
        var parameters =
                new PKIXParameters(
                        authority.roots().stream()
                                .map(root -> new TrustAnchor(root, null))
                                .collect(Collectors.toSet()));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(now));
        var path = CertificateFactory.getInstance("X.509");
        CertPathValidator.getInstance("PKIX")
                .validate(path.generateCertPath(authority.intermediates()), parameters);
    }

    private PrivateKey readKey() throws IOException {
        try (Reader in = Files.newBufferedReader(key, StandardCharsets.US_ASCII);
                PEMParser parser = new PEMParser(in)) {
            Object found = parser.readObject();
            if (found != null && found.getClass().getSimpleName().equals("ASN1ObjectIdentifier")) {
                found = parser.readObject(); // openssl puts "EC PARAMETERS" before the key
            }
            var converter = new JcaPEMKeyConverter();
            return switch (found) {
                case PEMKeyPair pair -> converter.getPrivateKey(pair.getPrivateKeyInfo());
                case PrivateKeyInfo info -> converter.getPrivateKey(info);
                case null, default ->
                        throw new IOException("expected an unencrypted EC or RSA private key");
            };
        } catch (IOException | RuntimeException e) {
            throw new IOException(key + ": " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        try {
            return Pem.certificates(Files.readAllBytes(file));
        } catch (CertificateException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

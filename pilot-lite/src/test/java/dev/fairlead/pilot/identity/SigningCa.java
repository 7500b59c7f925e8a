package dev.fairlead.pilot.identity;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidKey;
import dev.fairlead.wire.v1.ca.IstioCertificateRequest;
import dev.fairlead.wire.v1.ca.IstioCertificateResponse;
import dev.fairlead.wire.v1.ca.IstioCertificateServiceGrpc.IstioCertificateServiceImplBase;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.StringReader;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A ca that asks nobody who they are, counts its certificates and takes them back. */
final class SigningCa extends IstioCertificateServiceImplBase {

    private static final X500Name NAME = new X500Name("CN=root");

    private final String id;
    private final SvidKey key = SvidKey.generate();
    private final AtomicInteger issued = new AtomicInteger();
    final X509Certificate root;

    /** Gives everyone the certificate of {@code id}. */
    SigningCa(String id) throws Exception {
        this.id = id;
        root = sign(NAME, key.publicKey(), 1000, true);
    }

    /** How many certificates it has issued. */
    int issued() {
        return issued.get();
    }

    @Override
    public void createCertificate(
            IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> answer) {
        try {
            var parsed = new PEMParser(new StringReader(request.getCsr())).readObject();
            PublicKey asked =
                    new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parsed)
                            .getPublicKey();
            var leaf = sign(new X500Name(new RDN[0]), asked, issued.incrementAndGet(), false);
            answer.onNext(
                    IstioCertificateResponse.newBuilder()
                            .addCertChain(Pem.write(List.of(leaf)))
                            .addCertChain(Pem.write(List.of(root)))
                            .build());
            answer.onCompleted();
        } catch (Exception e) {
            answer.onError(Status.INTERNAL.withCause(e).asRuntimeException());
        }
    }

    /** Its list of what it takes back, as PEM. */
    String crl(X509Certificate... revoked) throws Exception {
        var builder = new JcaX509v2CRLBuilder(root.getSubjectX500Principal(), new Date());
        for (X509Certificate each : revoked) {
            builder.addCRLEntry(each.getSerialNumber(), new Date(), CRLReason.keyCompromise);
        }
        return Pem.block("X509 CRL", builder.build(signer()).getEncoded());
    }

    private X509Certificate sign(X500Name subject, PublicKey of, int serial, boolean ca)
            throws Exception {
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        NAME,
                        BigInteger.valueOf(serial),
                        Date.from(now.minus(Duration.ofMinutes(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        subject,
                        of);
        int usage = ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        if (!ca) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id)));
        }
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
    }

    private ContentSigner signer() throws Exception {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(key.privateKey());
    }
}

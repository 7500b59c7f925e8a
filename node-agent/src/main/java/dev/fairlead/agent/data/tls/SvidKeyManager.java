package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.identity.Svid;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Presents one certificate, a pod's SVID or a rule's, to everybody, on both sides. Immutable. */
@SuppressWarnings("NullAway") // the JDK's key manager answers null for "none"
final class SvidKeyManager extends X509ExtendedKeyManager {

    private static final String ALIAS = "svid";

    private final PrivateKey key;
    private final X509Certificate[] chain;

    SvidKeyManager(Svid svid) {
        this(svid.key(), svid.chain());
    }

    SvidKeyManager(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain.toArray(X509Certificate[]::new);
    }

    /** A factory of this one manager, which is what Netty's builder wants. */
    KeyManagerFactory asFactory() {
        KeyManager[] self = {this};
        var spi =
                new KeyManagerFactorySpi() {
                    @Override
                    protected void engineInit(@Nullable KeyStore store, char[] password) {}

                    @Override
                    protected void engineInit(ManagerFactoryParameters parameters) {}

                    @Override
                    protected KeyManager[] engineGetKeyManagers() {
                        return self;
                    }
                };
        return new KeyManagerFactory(spi, null, "svid") {};
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return keyType.equals(key.getAlgorithm()) ? ALIAS : null;
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}

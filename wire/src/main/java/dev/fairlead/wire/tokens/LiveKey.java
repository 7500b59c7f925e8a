package dev.fairlead.wire.tokens;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The key and chain that a gRPC server of ours presents; swapped at renewal without a restart. Each
 * handshake sees one consistent pair. Thread: any.
 */
@SuppressWarnings("NullAway") // the JDK's key manager answers null for "none"
public final class LiveKey extends X509ExtendedKeyManager {

    private record Pair(String alias, PrivateKey key, List<X509Certificate> chain) {}

    /** Two, since a handshake asks for alias, chain and key one after the other. */
    private record Pairs(Pair current, @Nullable Pair previous) {}

    private volatile Pairs pairs;

    public LiveKey(PrivateKey key, List<X509Certificate> chain) {
        pairs = new Pairs(pair(1, key, chain), null);
    }

    /** Handshakes from now on use this key and chain (leaf first). */
    public synchronized void swap(PrivateKey key, List<X509Certificate> chain) {
        Pair old = pairs.current;
        pairs = new Pairs(pair(Integer.parseInt(old.alias) + 1, key, chain), old);
    }

    /** The chain in use, leaf first. */
    public List<X509Certificate> chain() {
        return pairs.current.chain;
    }

    private static Pair pair(int version, PrivateKey key, List<X509Certificate> chain) {
        return new Pair(Integer.toString(version), key, List.copyOf(chain));
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        Pair pair = pairs.current;
        return keyType.equals(pair.key.getAlgorithm()) ? pair.alias : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        Pair pair = find(alias);
        return pair == null ? null : pair.chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        Pair pair = find(alias);
        return pair == null ? null : pair.key;
    }

    private @Nullable Pair find(String alias) {
        Pairs now = pairs;
        if (now.current.alias.equals(alias)) {
            return now.current;
        }
        return now.previous != null && now.previous.alias.equals(alias) ? now.previous : null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {pairs.current.alias};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}

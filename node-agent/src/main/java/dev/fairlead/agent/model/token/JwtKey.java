package dev.fairlead.agent.model.token;

import java.security.Key;

/**
 * A key that signs tokens.
 *
 * @param id empty: of any token
 * @param algorithm the only one that it is for, {@code RS256}; empty: all of its type
 */
public record JwtKey(String id, String algorithm, Type type, Key key) {

    /** As JSON Web Keys call them. */
    public enum Type {
        RSA("RS", "PS"),
        EC("ES", "ES"),
        OCT("HS", "HS"),
        OKP("Ed", "Ed");

        private final String one;
        private final String other;

        Type(String one, String other) {
            this.one = one;
            this.other = other;
        }

        /** Whether keys of this type sign by that algorithm. */
        public boolean signs(String algorithm) {
            return algorithm.startsWith(one) || algorithm.startsWith(other);
        }
    }

    /** Whether a token with such a head may be signed by it. */
    public boolean mayHaveSigned(String keyId, String byAlgorithm) {
        return (keyId.isEmpty() || id.isEmpty() || id.equals(keyId))
                && (algorithm.isEmpty() || algorithm.equals(byAlgorithm));
    }

    @Override
    public String toString() {
        return type + " key " + id; // one of type OCT is a secret
    }
}

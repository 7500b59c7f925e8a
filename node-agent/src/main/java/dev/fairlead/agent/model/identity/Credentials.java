package dev.fairlead.agent.model.identity;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All credentials that there are now, each of one namespace and for no other. */
public record Credentials(Map<Name, Credential> all) {

    public static final Credentials NONE = new Credentials(Map.of());

    /**
     * @param secret as clusters name it
     */
    public record Name(String namespace, String secret) {}

    public Credentials {
        all = Map.copyOf(all);
    }

    /** Null: there is none, or it cannot be read. */
    public @Nullable Credential get(String namespace, String secret) {
        return all.get(new Name(namespace, secret));
    }

    /** These and {@code others}. */
    public Credentials and(Credentials others) {
        Map<Name, Credential> both = new HashMap<>(all);
        both.putAll(others.all);
        return new Credentials(both);
    }

    /** Names alone. */
    @Override
    public String toString() {
        return "Credentials" + all.keySet();
    }
}

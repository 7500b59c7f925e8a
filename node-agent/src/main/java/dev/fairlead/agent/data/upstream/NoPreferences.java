package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Preferences;
import java.util.List;

/** Any endpoint will do. */
enum NoPreferences implements Preferences<UpstreamHost> {
    INSTANCE;

    @Override
    public boolean hashed() {
        return false;
    }

    @Override
    public long hash() {
        return 0;
    }

    @Override
    public List<UpstreamHost> tried() {
        return List.of();
    }

    @Override
    public int hostAttempts() {
        return 0;
    }

    @Override
    public int otherPriorities() {
        return 0;
    }
}

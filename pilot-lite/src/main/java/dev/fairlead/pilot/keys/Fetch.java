package dev.fairlead.pilot.keys;

import dev.fairlead.pilot.state.JwtRule.Keys;
import java.io.IOException;

/** One try to get a key set. */
@FunctionalInterface
public interface Fetch {

    /** The key set; IOException says why there is none. */
    String keySet(Keys.Remote from) throws IOException;
}

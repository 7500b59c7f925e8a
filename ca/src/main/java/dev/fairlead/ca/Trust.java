package dev.fairlead.ca;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

/** What ca signs with and what the mesh trusts, at the moment. Thread: any; replaced whole. */
final class Trust {

    /**
     * @param bundle roots that callers are told to trust: the authority's, and those that are
     *     coming or going
     */
    record Present(Authority authority, Leaves leaves, List<X509Certificate> bundle) {
        Present {
            bundle = List.copyOf(bundle);
        }
    }

    private volatile Present present;

    Trust(Authority authority, List<X509Certificate> bundle) {
        present = of(authority, bundle);
    }

    Present present() {
        return present;
    }

    void replace(Authority authority, List<X509Certificate> bundle) {
        present = of(authority, bundle);
    }

    private static Present of(Authority authority, List<X509Certificate> bundle) {
        return new Present(authority, new Leaves(authority, new SecureRandom()), bundle);
    }
}

package dev.fairlead.agent.data.token;

import dev.fairlead.agent.model.token.TokenPlaces.Issuers;

/**
 * What may be a token, and where in the request it stands.
 *
 * @param issuers whose tokens may be there
 * @param name of the header, parameter or cookie
 */
record FoundToken(String text, Issuers issuers, Place place, String name) {

    enum Place {
        HEADER,
        PARAMETER,
        COOKIE
    }

    @Override
    public String toString() {
        return place + " " + name;
    }
}

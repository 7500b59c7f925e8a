package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.Fault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;

/** {@code type.v3.FractionalPercent}. */
final class Shares {

    private Shares() {}

    static Fault.Share compile(FractionalPercent percent, At at) throws Refusal {
        int denominator =
                switch (percent.getDenominator()) {
                    case HUNDRED -> 100;
                    case TEN_THOUSAND -> 10_000;
                    case MILLION -> 1_000_000;
                    case UNRECOGNIZED -> throw at.field("denominator").refuse("unknown");
                };
        int numerator = percent.getNumerator();
        if (numerator < 0 || numerator > denominator) {
            throw at.field("numerator")
                    .refuse(Integer.toUnsignedString(numerator) + " of " + denominator);
        }
        return new Fault.Share(numerator, denominator);
    }
}

package dev.fairlead.agent.data.stats;

/** How a pod finds an endpoint, for whoever looks. May be read from anywhere. */
public interface EndpointState {

    /** The pod leaves it alone for a while. */
    boolean ejected();

    /** Active health checks of it fail, or none has succeeded yet. */
    boolean failsChecks();

    /** Percent of its answers in the last interval that were no errors; -1: too few to tell. */
    double successRate();

    /** Likewise of attempts to reach it. */
    double localOriginSuccessRate();
}

package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.model.listener.HttpManager;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The stages that a listener's filters make, in Envoy's order. */
final class RequestStages {

    private static final RequestStage CORS = new CorsStage();

    private RequestStages() {}

    /**
     * @param checks what decides on requests of {@code facts}
     */
    static RequestStage[] of(
            HttpManager manager, RandomGenerator random, RequestChecks checks, Facts facts) {
        List<RequestStage> stages = new ArrayList<>(3);
        if (manager.cors()) {
            stages.add(CORS);
        }
        if (manager.faults()) {
            stages.add(new FaultStage(random));
        }
        if (!manager.checks().isEmpty()) {
            stages.add(new CheckStage(checks, manager.checks(), facts));
        }
        return stages.toArray(RequestStage[]::new);
    }
}

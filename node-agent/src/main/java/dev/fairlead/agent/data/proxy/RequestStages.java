package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.listener.HttpManager;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The stages that a listener's filters make, in Envoy's order. */
final class RequestStages {

    private static final RequestStage CORS = new CorsStage();

    private RequestStages() {}

    static RequestStage[] of(HttpManager manager, RandomGenerator random) {
        List<RequestStage> stages = new ArrayList<>(2);
        if (manager.cors()) {
            stages.add(CORS);
        }
        if (manager.faults()) {
            stages.add(new FaultStage(random));
        }
        return stages.toArray(RequestStage[]::new);
    }
}

package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.data.token.PodTokens;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.token.JwtAuthn;
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
            HttpManager manager,
            RandomGenerator random,
            RequestChecks checks,
            PodTokens tokens,
            Facts facts) {
        List<RequestStage> stages = new ArrayList<>(4);
        if (manager.cors()) {
            stages.add(CORS);
        }
        if (manager.faults()) {
            stages.add(new FaultStage(random));
        }
        List<HttpFilter> run = new ArrayList<>(manager.checks().size());
        for (HttpFilter filter : manager.checks()) {
            if (filter instanceof HttpFilter.Tokens(String _, JwtAuthn authn)) {
                addRun(stages, run, checks, facts);
                stages.add(new TokenStage(authn, tokens));
            } else {
                run.add(filter);
            }
        }
        addRun(stages, run, checks, facts);
        return stages.toArray(RequestStage[]::new);
    }

    /** Checks that follow each other are one stage. */
    private static void addRun(
            List<RequestStage> stages, List<HttpFilter> run, RequestChecks checks, Facts facts) {
        if (!run.isEmpty()) {
            stages.add(new CheckStage(checks, List.copyOf(run), facts));
            run.clear();
        }
    }
}

package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Fault;
import dev.fairlead.agent.model.route.FaultDecision;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A route's faults: some requests wait, and then some of them are answered. */
final class FaultStage implements RequestStage {

    private final RandomGenerator random;

    FaultStage(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public boolean passes(HttpExchange exchange) {
        Fault fault = exchange.policy().fault();
        if (fault == null) {
            return true;
        }
        RequestView request = new NettyRequestView(exchange.request());
        long millis = FaultDecision.delayMillis(fault, request, random);
        if (millis == 0) {
            return !aborts(exchange, fault);
        }
        Counters<HttpStat> counters = exchange.counters();
        counters.inc(HttpStat.FAULT_DELAYS_INJECTED);
        counters.inc(HttpStat.FAULT_ACTIVE_FAULTS);
        Future<?> timer =
                exchange.loop()
                        .schedule(() -> waited(exchange, fault), millis, TimeUnit.MILLISECONDS);
        exchange.atEnd(() -> {
            timer.cancel(false);
            counters.dec(HttpStat.FAULT_ACTIVE_FAULTS);
        });
        exchange.delayed();
        return false;
    }

    private void waited(HttpExchange exchange, Fault fault) {
        if (!exchange.ended() && !aborts(exchange, fault)) {
            exchange.goOn();
        }
    }

    private boolean aborts(HttpExchange exchange, Fault fault) {
        FaultDecision.Answer answer =
                FaultDecision.abort(fault, new NettyRequestView(exchange.request()), random);
        if (answer == null) {
            return false;
        }
        exchange.counters().inc(HttpStat.FAULT_ABORTS_INJECTED);
        ResponseFlag flag = ResponseFlag.FAULT_INJECTED;
        exchange.answer(
                LocalAnswer.of(answer.httpStatus(), answer.grpcStatus(), flag.body()), flag);
        return true;
    }
}

package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.AttributeExpression.Attribute;
import dev.fairlead.pilot.state.AttributeExpression.First;
import dev.fairlead.pilot.state.AttributeExpression.Literal;
import dev.fairlead.pilot.state.AttributeExpression.Text;
import dev.fairlead.pilot.state.MixerObject.Action;
import dev.fairlead.pilot.state.MixerObject.Denier;
import dev.fairlead.pilot.state.MixerObject.Dimensions;
import dev.fairlead.pilot.state.MixerObject.Entry;
import dev.fairlead.pilot.state.MixerObject.EntryType;
import dev.fairlead.pilot.state.MixerObject.Handler;
import dev.fairlead.pilot.state.MixerObject.Instance;
import dev.fairlead.pilot.state.MixerObject.ListChecker;
import dev.fairlead.pilot.state.MixerObject.MemQuota;
import dev.fairlead.pilot.state.MixerObject.Observed;
import dev.fairlead.pilot.state.MixerObject.Observer;
import dev.fairlead.pilot.state.MixerObject.Quota;
import dev.fairlead.pilot.state.MixerObject.QuotaSpec;
import dev.fairlead.pilot.state.MixerObject.QuotaSpecBinding;
import dev.fairlead.pilot.state.MixerObject.Rule;
import dev.fairlead.pilot.state.MixerObject.SpecName;
import dev.fairlead.pilot.state.MixerObject.Unused;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mixer's rules, joined with the handlers and instances that they name. */
public final class MixerWiring {

    /** What it says of an object that only others here do something about. */
    public static final String IGNORED = "Ignored: use Telemetry";

    /** One handler that decides about one instance. */
    public record Wire(Rule rule, Handler handler, Instance instance) {}

    /** What is wrong with an object beside others. */
    public record Finding(ObjectKey object, String field, String reason) {}

    private final String rootNamespace;
    private final List<Handler> handlers = new ArrayList<>();
    private final List<Instance> instances = new ArrayList<>();
    private final List<QuotaSpec> specs = new ArrayList<>();
    private final List<QuotaSpecBinding> bindings = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    /**
     * @param rootNamespace whose rules hold for all namespaces
     */
    public MixerWiring(List<MixerObject> oldestFirst, String rootNamespace) {
        this.rootNamespace = rootNamespace;
        List<Rule> rules = new ArrayList<>();
        for (MixerObject object : oldestFirst) {
            switch (object) {
                case Handler handler -> handlers.add(handler);
                case Instance instance -> instances.add(instance);
                case Rule rule -> rules.add(rule);
                case QuotaSpec spec -> specs.add(spec);
                case QuotaSpecBinding binding -> bindings.add(binding);
                case Unused unused -> find(unused, "", IGNORED);
            }
        }
        for (Handler handler : handlers) {
            if (handler.decider() instanceof Observer) {
                find(handler, "", IGNORED);
            }
        }
        for (Instance instance : instances) {
            if (instance.subject() instanceof Observed) {
                find(instance, "", IGNORED);
            }
        }
        rules.forEach(this::wire);
        bindings.forEach(this::check);
    }

    private void find(MixerObject object, String field, String reason) {
        findings.add(new Finding(object.meta().key(), field, reason));
    }

    private void wire(Rule rule) {
        boolean observes = !rule.actions().isEmpty();
        for (int i = 0; i < rule.actions().size(); i++) {
            Action action = rule.actions().get(i);
            String field = "spec.actions[" + i + "]";
            Handler handler = handler(action.handler(), rule);
            observes &= handler != null && handler.decider() instanceof Observer;
            if (handler == null) {
                find(rule, field + ".handler", "there is no handler " + action.handler());
                continue;
            }
            if (handler.decider() instanceof Observer) {
                continue;
            }
            if (!rule.unreadable().isEmpty()) {
                find(rule, "spec.match", "not in force: " + rule.unreadable());
                continue;
            }
            for (int j = 0; j < action.instances().size(); j++) {
                String name = action.instances().get(j);
                Instance instance = instance(name, rule);
                String at = field + ".instances[" + j + "]";
                if (instance == null) {
                    find(rule, at, "there is no instance " + name);
                } else {
                    wire(rule, handler, instance, at);
                }
            }
        }
        if (observes) {
            find(rule, "", IGNORED);
        }
    }

    private void wire(Rule rule, Handler handler, Instance instance, String at) {
        boolean fits =
                switch (handler.decider()) {
                    case MemQuota _ -> instance.subject() instanceof Dimensions;
                    case Denier _ -> true; // it takes all templates of checks and quotas
                    case ListChecker _ -> instance.subject() instanceof Entry;
                    case Observer _ -> false;
                };
        if (!fits || instance.subject() instanceof Observed) {
            find(
                    rule,
                    at,
                    "not in force: "
                            + handler.adapter()
                            + " does not decide about "
                            + instance.template());
        } else if (handler.decider() instanceof ListChecker list
                && list.type() == EntryType.IP_ADDRESSES
                && instance.subject() instanceof Entry(Text value)
                && !isAddress(value)) {
            find(rule, at, "not in force: only source.ip is compared with ranges of addresses");
        } else if (handler.decider() instanceof MemQuota quotas
                && quota(quotas, instance) == null) {
            find(rule, at, "not in force: its handler has no quota of that name");
        } else {
            wires.add(new Wire(rule, handler, instance));
        }
    }

    private static boolean isAddress(Text value) {
        return switch (value) {
            case Literal _ -> true;
            case Attribute attribute -> attribute.isAddress();
            case First(List<Text> all) -> isAddress(all.getFirst());
        };
    }

    /**
     * By {@code name}, {@code name.kind}, {@code name.namespace} or {@code name.kind.namespace}.
     */
    private static boolean isNamed(String reference, Meta meta, String kind, Rule by) {
        String name = meta.name();
        boolean near = meta.namespace().equals(by.meta().namespace());
        return near && (reference.equals(name) || reference.equals(name + "." + kind))
                || reference.equals(name + "." + meta.namespace())
                || reference.equals(name + "." + kind + "." + meta.namespace())
                || reference.equals(name + "." + meta.key().kind() + "." + meta.namespace());
    }

    private @Nullable Handler handler(String reference, Rule by) {
        for (Handler handler : handlers) {
            if (isNamed(reference, handler.meta(), handler.adapter(), by)) {
                return handler;
            }
        }
        return null;
    }

    private @Nullable Instance instance(String reference, Rule by) {
        for (Instance instance : instances) {
            if (isNamed(reference, instance.meta(), instance.template(), by)) {
                return instance;
            }
        }
        return null;
    }

    /** What a handler allows of an instance; null: it does not know it. */
    public static @Nullable Quota quota(MemQuota quotas, Instance instance) {
        String name = instance.meta().name();
        String kind = instance.meta().key().kind();
        String namespace = instance.meta().namespace();
        List<String> names =
                List.of(
                        name,
                        name + "." + kind,
                        name + "." + kind + "." + namespace,
                        name + "." + instance.template() + "." + namespace);
        for (Quota quota : quotas.quotas()) {
            if (names.contains(quota.instance())) {
                return quota;
            }
        }
        return null;
    }

    private void check(QuotaSpecBinding binding) {
        for (int i = 0; i < binding.specs().size(); i++) {
            SpecName name = binding.specs().get(i);
            if (spec(name) == null) {
                find(
                        binding,
                        "spec.quotaSpecs[" + i + "]",
                        "there is no QuotaSpec " + name.namespace() + "/" + name.name());
            }
        }
    }

    private @Nullable QuotaSpec spec(SpecName name) {
        for (QuotaSpec spec : specs) {
            if (spec.meta().name().equals(name.name())
                    && spec.meta().namespace().equals(name.namespace())) {
                return spec;
            }
        }
        return null;
    }

    /** What is in force for pods of a namespace: the root namespace's, and its own. */
    public List<Wire> wires(String namespace) {
        return wires.stream()
                .filter(wire -> holds(wire.rule.meta().namespace(), namespace))
                .toList();
    }

    private boolean holds(String ruleNamespace, String namespace) {
        return ruleNamespace.equals(rootNamespace) || ruleNamespace.equals(namespace);
    }

    /**
     * Quotas that requests to a Service are charged to.
     *
     * @param service empty: of no Service
     */
    public Set<String> quotas(String service) {
        Set<String> quotas = new LinkedHashSet<>();
        for (QuotaSpecBinding binding : bindings) {
            if (binding.binds(service)) {
                for (SpecName name : binding.specs()) {
                    QuotaSpec spec = spec(name);
                    if (spec != null) {
                        quotas.addAll(spec.quotas());
                    }
                }
            }
        }
        return quotas;
    }

    public List<Finding> findings() {
        return findings;
    }
}

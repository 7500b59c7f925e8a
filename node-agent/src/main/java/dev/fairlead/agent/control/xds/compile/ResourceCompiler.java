package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/**
 * From one type of resource to its model. Never throws: whatever comes is compiled or refused.
 * Thread: any. Stateless.
 *
 * @param <M> the message on the wire
 * @param <T> the model
 */
public abstract sealed class ResourceCompiler<M extends Message, T>
        permits ClusterCompiler,
                EndpointsCompiler,
                EnrolmentCompiler,
                ListenerCompiler,
                RouteTableCompiler,
                WorkloadCompiler {

    private final Class<M> message;

    ResourceCompiler(Class<M> message) {
        this.message = message;
    }

    /**
     * @param name under which the resource was sent; must be the one that it gives itself
     */
    public final Outcome<T> compile(String name, Any resource) {
        try {
            M content = unpack(resource);
            requireName(name, content);
            Profile.check(content);
            return translate(content);
        } catch (Refusal refusal) {
            return new Outcome.Refused<>(refusal.path(), refusal.reason());
        } catch (RuntimeException e) {
            // The model checks itself; what none of the checks above foresaw is refused all the
            // same, so that one resource never takes others with it.
            return new Outcome.Refused<>("", String.valueOf(e.getMessage()));
        }
    }

    abstract Outcome<T> translate(M content) throws Refusal;

    /** The name that a message gives itself. */
    abstract String nameOf(M content);

    /** The field with that name, for a refusal. */
    abstract String nameField();

    private M unpack(Any resource) throws Refusal {
        if (!resource.is(message)) {
            throw At.ROOT.refuse("type " + resource.getTypeUrl() + " where another was expected");
        }
        try {
            return resource.unpack(message);
        } catch (InvalidProtocolBufferException e) {
            throw At.ROOT.refuse("malformed: " + e.getMessage());
        }
    }

    private void requireName(String name, M content) throws Refusal {
        if (!nameOf(content).equals(name)) {
            throw At.ROOT
                    .field(nameField())
                    .refuse("\"" + nameOf(content) + "\" was sent as \"" + name + "\"");
        }
    }
}

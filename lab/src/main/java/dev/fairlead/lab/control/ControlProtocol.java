package dev.fairlead.lab.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to the daemon and the lines of its answer. */
public final class ControlProtocol {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ControlProtocol() {}

    /** What a command asks for. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Apply.class, name = "apply"),
        @JsonSubTypes.Type(value = Delete.class, name = "delete"),
        @JsonSubTypes.Type(value = Get.class, name = "get"),
        @JsonSubTypes.Type(value = Restart.class, name = "restart"),
        @JsonSubTypes.Type(value = Stop.class, name = "stop"),
        @JsonSubTypes.Type(value = Start.class, name = "start"),
        @JsonSubTypes.Type(value = AwaitReady.class, name = "ready"),
        @JsonSubTypes.Type(value = Status.class, name = "status")
    })
    public sealed interface Request
            permits Apply, Delete, Get, Restart, Stop, Start, AwaitReady, Status {}

    /** A manifest: its text, and the name by which messages call it. */
    public record Source(String name, String text) {}

    /** Apply {@code sources}; {@code follow}: wait until agents and pods have followed. */
    public record Apply(List<Source> sources, String namespace, boolean follow)
            implements Request {}

    public record Delete(List<Source> sources, String namespace, boolean follow)
            implements Request {}

    /**
     * Show objects of {@code kind}.
     *
     * @param name of one object, or empty for all
     * @param namespace or empty for all namespaces
     * @param output empty for a table, else wide, yaml, json or name
     */
    public record Get(String kind, String name, String namespace, String output)
            implements Request {}

    /**
     * End a process of the mesh and wait until its successor is ready.
     *
     * @param what agent, pilot or ca
     * @param node which agent; empty for all
     * @param signal TERM or KILL
     */
    public record Restart(String what, String node, String signal) implements Request {}

    /** End a process of the mesh, as {@link Restart}, and start none in its place. */
    public record Stop(String what, String node, String signal) implements Request {}

    /**
     * Start what {@link Stop} ended.
     *
     * @param follow wait until it is ready
     */
    public record Start(String what, String node, boolean follow) implements Request {}

    /** Wait until every pod is ready. */
    public record AwaitReady(int seconds) implements Request {}

    /** Answered as soon as the lab can take objects. */
    public record Status() implements Request {}

    /** One line of the answer: exactly one of the three. The one with {@code exit} is the last. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Line(@Nullable String out, @Nullable String err, @Nullable Integer exit) {}

    public static String write(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot write " + message, e);
        }
    }

    static Request readRequest(String line) {
        return read(line, Request.class);
    }

    static Line readLine(String line) {
        return read(line, Line.class);
    }

    private static <T> T read(String line, Class<T> type) {
        try {
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}

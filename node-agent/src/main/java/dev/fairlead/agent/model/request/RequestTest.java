package dev.fairlead.agent.model.request;

/** A test on a request's head. */
public interface RequestTest {

    boolean matches(RequestView request);
}

package dev.fairlead.agent.model.request;

/** A test on one string. */
public interface TextTest {

    boolean matches(String value);
}

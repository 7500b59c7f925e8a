package dev.fairlead.agent.model.policy;

import dev.fairlead.agent.model.request.TextTest;
import java.util.List;

/** A test on a claim, which is there. Source: Envoy, type.matcher.v3.ValueMatcher. */
public sealed interface ClaimTest {

    /**
     * @param value String, Number, Boolean, List or Map
     */
    boolean matches(Object value);

    /** It is text that passes this test. */
    record Text(TextTest test) implements ClaimTest {
        @Override
        public boolean matches(Object value) {
            return value instanceof String text && test.matches(text);
        }
    }

    /** It is a list, and one of its elements passes this test. */
    record Element(ClaimTest test) implements ClaimTest {
        @Override
        public boolean matches(Object value) {
            if (value instanceof List<?> elements) {
                for (int i = 0; i < elements.size(); i++) {
                    Object element = elements.get(i);
                    if (element != null && test.matches(element)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    /** It passes one of these. */
    record Either(List<ClaimTest> tests) implements ClaimTest {
        public Either {
            tests = List.copyOf(tests);
        }

        @Override
        public boolean matches(Object value) {
            for (int i = 0; i < tests.size(); i++) {
                if (tests.get(i).matches(value)) {
                    return true;
                }
            }
            return false;
        }
    }
}

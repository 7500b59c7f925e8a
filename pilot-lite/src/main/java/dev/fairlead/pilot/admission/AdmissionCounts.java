package dev.fairlead.pilot.admission;

/** Hears of each decision. Thread: any. */
@FunctionalInterface
public interface AdmissionCounts {
    void count(boolean allowed, boolean warned);

    default void count(Decision decision) {
        count(decision.allowed(), !decision.warnings().isEmpty());
    }
}

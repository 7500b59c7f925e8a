package dev.fairlead.agent.data.health;

/** What came of one check. */
enum Outcome {
    SUCCESS,
    /** The endpoint itself says that it is not well. */
    FAILURE,
    /** There was no answer. */
    NETWORK_FAILURE,
    /** It could not be asked, through no fault of its own: this pod has no certificate yet. */
    NOT_ASKED
}

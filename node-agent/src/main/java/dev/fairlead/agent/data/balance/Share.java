package dev.fairlead.agent.data.balance;

/**
 * A candidate with its part of a ring or table.
 *
 * @param part of 1
 */
record Share<C extends Candidate>(C candidate, double part) {}

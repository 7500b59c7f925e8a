/**
 * Choice of one endpoint among several. Pure apart from the state of each balancer, which its
 * worker loop owns.
 */
@NullMarked
package dev.fairlead.agent.data.balance;

import org.jspecify.annotations.NullMarked;

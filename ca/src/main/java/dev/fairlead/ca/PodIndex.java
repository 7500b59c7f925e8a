package dev.fairlead.ca;

import java.io.IOException;
import java.util.Set;

/** On which nodes each service account has a pod that has not ended. Thread: any. */
interface PodIndex {

    /** A namespace's service account. */
    record Account(String namespace, String name) {}

    /** Nodes with a pod of {@code account}, as last heard; empty where no such pod is known. */
    Set<String> nodesOf(Account account);

    /**
     * The same after asking anew: a pod of {@code account} on {@code node} that was there before
     * the call is in the answer. IOException where that cannot be asked now.
     */
    Set<String> nodesOfNow(Account account, String node) throws IOException;
}

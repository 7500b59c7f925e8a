package dev.fairlead.pilot.compile;

/**
 * A cluster by name, and its share among those beside it. The cluster need not exist.
 *
 * @param bySource whether connections of one client go to one endpoint
 */
public record WeightedCluster(String cluster, int weight, boolean bySource) {

    public WeightedCluster(String cluster, int weight) {
        this(cluster, weight, false);
    }
}

package dev.fairlead.kubernetes.watch;

/** Hears what becomes of a collection. Thread: that of its reflector; does not wait. */
public interface Follower {

    /** Something that is kept changed, or the first list is complete. */
    void changed(Collection collection);

    /** Objects came by that are as they were; only their versions are newer. */
    void unchanged(Collection collection);

    /** A watch ended before its time, or could not begin. */
    void watchFailed(Collection collection, String reason);

    /** A whole list was read. */
    void listed(Collection collection, int objects);
}

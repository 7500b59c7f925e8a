package dev.fairlead.agent.data.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A network namespace, held open by a file descriptor, so that it stays the same one even when its
 * path is taken by another.
 *
 * <p>Thread: open on any; enter and close on one platform thread, the pod's worker loop: a closed
 * descriptor's number may already be another pod's. Cost of enter: two system calls.
 *
 * <p>Source: setns(2). A socket keeps the namespace in which it was made.
 */
final class NetNamespace implements AutoCloseable {

    private static final int EXIT_LOST = 70;

    private final String path;
    private final int own;
    private int fd;

    private NetNamespace(String path, int own, int fd) {
        this.path = path;
        this.own = own;
        this.fd = fd;
    }

    /** The way back, opened before any thread leaves. */
    private static final class Own {
        private static final int FD = open();

        private static int open() {
            try {
                return Syscalls.open("/proc/self/ns/net");
            } catch (IOException e) {
                throw new UncheckedIOException("own network namespace", e);
            }
        }
    }

    /** The namespace at {@code path}; IOException where there is none. */
    static NetNamespace open(Path path) throws IOException {
        return new NetNamespace(path.toString(), Own.FD, Syscalls.open(path.toString()));
    }

    /**
     * Runs {@code action} with the calling thread in this namespace. It must do no more than make a
     * socket: a thread started inside would stay there. Where the way back fails the process ends:
     * whatever it did next would happen in the wrong namespace.
     *
     * @throws UncheckedIOException the namespace cannot be entered; {@code action} did not run
     */
    <T> T enter(Supplier<T> action) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread would leave its carrier in " + path);
        }
        if (fd < 0) {
            throw new IllegalStateException("network namespace " + path + " is closed");
        }
        try {
            Syscalls.setNetworkNamespace(fd);
        } catch (IOException e) {
            throw new UncheckedIOException("network namespace " + path, e);
        }
        try {
            return action.get();
        } finally {
            comeBack();
        }
    }

    private void comeBack() {
        try {
            Syscalls.setNetworkNamespace(own);
        } catch (IOException e) {
            System.err.println("error: no way back from network namespace " + path + ": " + e);
            Runtime.getRuntime().halt(EXIT_LOST);
        }
    }

    /** May be repeated. */
    @Override
    public void close() {
        if (fd >= 0) {
            try {
                Syscalls.close(fd);
            } catch (IOException e) {
                throw new UncheckedIOException("network namespace " + path, e);
            } finally {
                fd = -1;
            }
        }
    }

    @Override
    public String toString() {
        return path;
    }
}

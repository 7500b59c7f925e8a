package dev.fairlead.lab.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A named network namespace, and threads that live in it.
 *
 * <p>A thread that has entered never comes back: it is a platform thread of {@link #threads}, and
 * ends there. A socket keeps the namespace of the thread that opened it.
 */
public record NetworkNamespace(String name) {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY = 0;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("open"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("setns"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("close"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    /** Where {@code ip netns} keeps it: any process of the lab can open it there. */
    public Path path() {
        return Path.of("/run/netns", name);
    }

    /** Threads inside this namespace, made as needed and ended when idle. */
    public ExecutorService threads() {
        var factory = Thread.ofPlatform().daemon().name(name + "-", 0).factory();
        return Executors.newCachedThreadPool(work ->
                factory.newThread(() -> {
                    enter();
                    work.run();
                }));
    }

    private void enter() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = arena.allocateFrom(path().toString());
            int fd = (int) OPEN.invokeExact(file, O_RDONLY);
            int entered = fd < 0 ? -1 : (int) SETNS.invokeExact(fd, CLONE_NEWNET);
            if (fd >= 0) {
                int _ = (int) CLOSE.invokeExact(fd);
            }
            if (entered != 0) {
                throw new IOException("cannot enter network namespace " + path());
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.fairlead.agent.data.capture;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;

/** open, setns, bind and close. Each throws IOException with the errno. */
final class Syscalls {

    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final int SOCKADDR_IN = 16; // bytes
    private static final int SOCKADDR_IN6 = 28;
    private static final int SCOPE_ID = 24; // where it is
    private static final int EADDRINUSE = 98;
    private static final ValueLayout.OfShort PORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
            function("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle SETNS =
            function("setns", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle BIND =
            function("bind", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle CLOSE = function("close", ValueLayout.JAVA_INT);

    private Syscalls() {}

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /** Opens {@code path} for reading. Not inherited by processes that we start. */
    static int open(String path) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDONLY | O_CLOEXEC);
            return checked(fd, state, "open " + path);
        } catch (Throwable e) {
            throw asIo(e);
        }
    }

    /** Moves the calling thread into the network namespace that {@code fd} is. */
    static void setNetworkNamespace(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            checked((int) SETNS.invokeExact(state, fd, CLONE_NEWNET), state, "setns");
        } catch (Throwable e) {
            throw asIo(e);
        }
    }

    /** Gives the socket {@code fd} a local address; false: another has it. */
    static boolean bind(int fd, InetAddress address, int port) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            boolean four = address instanceof Inet4Address;
            int length = four ? SOCKADDR_IN : SOCKADDR_IN6;
            var name = arena.allocate(length, Integer.BYTES);
            name.set(ValueLayout.JAVA_SHORT, 0, four ? AF_INET : AF_INET6);
            name.set(PORT, 2, (short) port);
            MemorySegment.copy(
                    MemorySegment.ofArray(address.getAddress()),
                    0,
                    name,
                    four ? 4 : 8,
                    four ? 4 : 16);
            if (address instanceof Inet6Address six) {
                name.set(ValueLayout.JAVA_INT, SCOPE_ID, six.getScopeId()); // of a link-local one
            }
            int result = (int) BIND.invokeExact(state, fd, name, length);
            if (result < 0 && (int) ERRNO.get(state, 0L) == EADDRINUSE) {
                return false;
            }
            checked(result, state, "bind " + address.getHostAddress() + " " + port);
            return true;
        } catch (Throwable e) {
            throw asIo(e);
        }
    }

    static void close(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            checked((int) CLOSE.invokeExact(state, fd), state, "close");
        } catch (Throwable e) {
            throw asIo(e);
        }
    }

    private static int checked(int result, MemorySegment state, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": errno " + (int) ERRNO.get(state, 0L));
        }
        return result;
    }

    private static IOException asIo(Throwable e) {
        return switch (e) {
            case IOException io -> io;
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            default -> new IOException(e);
        };
    }
}

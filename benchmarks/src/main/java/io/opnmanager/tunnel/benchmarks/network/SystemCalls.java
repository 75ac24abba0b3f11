package io.opnmanager.tunnel.benchmarks.network;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that Java has no words for. Each answers what the function answers;
 * {@code errno} is in {@code state}, which belongs to one thread.
 */
final class SystemCalls {

    /** {@code fcntl.h}. */
    static final int O_RDWR = 2;

    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    /** {@code errno.h}. */
    static final int EINTR = 4;

    static final int EAGAIN = 11;

    /** {@code poll.h}. */
    static final short POLLIN = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL_POINTER =
            function(
                    "ioctl",
                    FunctionDescriptor.of(INT, INT, LONG, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL_NUMBER =
            function(
                    "ioctl",
                    FunctionDescriptor.of(INT, INT, LONG, LONG),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
    private static final MethodHandle PPOLL =
            function(
                    "ppoll",
                    FunctionDescriptor.of(
                            INT,
                            ValueLayout.ADDRESS,
                            LONG,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle SETPRIORITY =
            function("setpriority", FunctionDescriptor.of(INT, INT, INT, INT));

    private SystemCalls() {}

    // Every call is of this class, which says what it gives and what it takes.
    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, FunctionDescriptor shape, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, all);
    }

    /** What one thread's calls leave their {@code errno} in. */
    static MemorySegment state(Arena arena) {
        return arena.allocate(STATE);
    }

    static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    static int open(MemorySegment state, MemorySegment path, int flags) {
        try {
            return (int) OPEN.invokeExact(state, path, flags);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int ioctl(MemorySegment state, int descriptor, long request, MemorySegment argument) {
        try {
            return (int) IOCTL_POINTER.invokeExact(state, descriptor, request, argument);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int ioctl(MemorySegment state, int descriptor, long request, long argument) {
        try {
            return (int) IOCTL_NUMBER.invokeExact(state, descriptor, request, argument);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long read(MemorySegment state, int descriptor, MemorySegment into, long most) {
        try {
            return (long) READ.invokeExact(state, descriptor, into, most);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long write(MemorySegment state, int descriptor, MemorySegment from, long length) {
        try {
            return (long) WRITE.invokeExact(state, descriptor, from, length);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for one descriptor, {@code poll} being a {@code struct pollfd}. */
    static int ppoll(MemorySegment state, MemorySegment poll, long count, MemorySegment timeout) {
        try {
            return (int) PPOLL.invokeExact(state, poll, count, timeout, MemorySegment.NULL);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int close(MemorySegment state, int descriptor) {
        try {
            return (int) CLOSE.invokeExact(state, descriptor);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Of the calling thread: Linux takes 0 for it, not for its process. */
    static int ownPriority(MemorySegment state, int nice) {
        try {
            return (int) SETPRIORITY.invokeExact(state, 0, 0, nice);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}

package io.opnmanager.tunnel.acceptance.shipped;

import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Quarkus lets static fields get their values while a native executable is built, and keeps them.
 * Finds classes whose values must not come from there: random numbers, clocks and zones, the
 * environment, threads, sockets. Follows our own code as far as it goes.
 */
final class BuildTimeState {

    private static final Pattern MUST_NOT =
            Pattern.compile(
                    "java/security/SecureRandom\\..*|java/util/(Random|Timer|SplittableRandom)\\..*"
                            + "|java/util/UUID\\.randomUUID|java/lang/Math\\.random"
                            + "|java/util/concurrent/ThreadLocalRandom\\..*"
                            + "|java/lang/System\\.(nanoTime|currentTimeMillis|getenv|getProperty|setProperty)"
                            + "|java/time/\\w+\\.now|java/time/Clock\\.system.*|java/time/ZoneId\\.systemDefault"
                            + "|java/util/TimeZone\\.getDefault|java/util/Locale\\.getDefault"
                            + "|java/lang/Thread(\\$\\w+)*\\.(<init>|start|ofVirtual|ofPlatform|startVirtualThread|unstarted|factory)"
                            + "|java/util/concurrent/Executors\\..*|java/lang/ref/Cleaner\\..*"
                            + "|java/net/(InetAddress|Socket|ServerSocket|NetworkInterface|http/).*"
                            + "|java/nio/channels/.*|java/io/File\\w*Stream\\.<init>|java/nio/file/Files\\..*"
                            + "|java/nio/ByteBuffer\\.allocateDirect"
                            + "|java/lang/ProcessHandle\\..*|java/lang/Runtime\\..*"
                            // Words that a switch compares are the same everywhere.
                            + "|javax/net/ssl/(?!SSLEngineResult\\$\\w*Status\\.).*"
                            + "|java/security/(KeyPairGenerator|KeyStore|Security)\\..*"
                            // Told to be set up where it runs; one of its objects cannot be kept.
                            + "|org/apache/sshd/(?!common/AttributeRepository\\$AttributeKey).*");

    private final Map<String, ClassModel> own;

    private BuildTimeState(Map<String, ClassModel> own) {
        this.own = own;
    }

    /** Class to what it does when it is set up. */
    static Map<String, Set<String>> in(Map<String, ClassModel> own) {
        BuildTimeState search = new BuildTimeState(own);
        Map<String, Set<String>> found = new TreeMap<>();
        for (String name : own.keySet()) {
            Set<String> calls = new TreeSet<>();
            search.follow(name, "<clinit>", "()V", new HashSet<>(), calls);
            if (!calls.isEmpty()) {
                found.put(name, calls);
            }
        }
        return found;
    }

    private void follow(
            String type, String method, String descriptor, Set<String> seen, Set<String> calls) {
        ClassModel model = own.get(type);
        if (model == null || !seen.add(type + method + descriptor)) {
            return;
        }
        model.methods().stream()
                .filter(one -> one.methodName().stringValue().equals(method))
                .filter(one -> one.methodType().stringValue().equals(descriptor))
                .flatMap(one -> one.code().stream())
                .flatMap(code -> code.elementStream())
                .forEach(element -> {
                    if (element instanceof InvokeInstruction call) {
                        String owner = call.owner().asInternalName();
                        String name = call.name().stringValue();
                        if (MUST_NOT.matcher(owner + "." + name).matches()) {
                            calls.add(owner + "." + name);
                        }
                        String next = owner.replace('/', '.');
                        follow(next, name, call.type().stringValue(), seen, calls);
                        follow(next, "<clinit>", "()V", seen, calls);
                    } else if (element instanceof FieldInstruction field) {
                        String owner = field.owner().asInternalName();
                        if (MUST_NOT.matcher(owner + ".").matches()) {
                            calls.add(owner + "." + field.name().stringValue());
                        }
                        follow(owner.replace('/', '.'), "<clinit>", "()V", seen, calls);
                    }
                });
    }
}

package io.opnmanager.tunnel.acceptance.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.Provider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the metadata names is there, and what is needed is named. */
class NativeMetadataTest {

    private static final String CONTRACT = "io.opnmanager.tunnel.contract";
    private static final Set<String> DATA = Set.of("java/lang/Record", "java/lang/Enum");

    private static final List<List<Class<?>>> SHAPES =
            List.of(
                    List.of(String.class),
                    List.of(String.class, String.class),
                    List.of(String.class, Provider.class));

    /** A loader that sees what a program ships, and nothing of this test. */
    private static URLClassLoader loader(Shipped program) {
        return new URLClassLoader(
                program.programAndLibraries().stream()
                        .map(NativeMetadataTest::url)
                        .toArray(URL[]::new),
                ClassLoader.getPlatformClassLoader());
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Shipped.class)
    void every_class_method_and_field_that_is_named_exists(Shipped program)
            throws IOException, ReflectiveOperationException {
        NativeMetadata metadata = NativeMetadata.of(program);
        try (URLClassLoader loader = loader(program)) {
            for (JsonNode entry : metadata.types()) {
                assertThat(entry.fieldNames()).toIterable().isSubsetOf(NativeMetadata.WORDS);
                Class<?> type = Class.forName(entry.required("type").asText(), false, loader);
                for (JsonNode method : entry.path("methods")) {
                    List<Class<?>> parameters = new ArrayList<>();
                    for (JsonNode parameter : method.required("parameterTypes")) {
                        parameters.add(Class.forName(parameter.asText(), false, loader));
                    }
                    executable(type, method.required("name").asText(), parameters);
                }
                for (JsonNode field : entry.path("fields")) {
                    assertThat(type.getField(field.required("name").asText())).isNotNull();
                }
            }
            for (List<String> proxy : metadata.proxies()) {
                for (String name : proxy) {
                    assertThat(Class.forName(name, false, loader).isInterface()).as(name).isTrue();
                }
            }
        }
    }

    private static void executable(Class<?> type, String name, List<Class<?>> parameters)
            throws NoSuchMethodException {
        Class<?>[] types = parameters.toArray(Class<?>[]::new);
        if (name.equals("<init>")) {
            Constructor<?> found = type.getDeclaredConstructor(types);
            assertThat(found.getParameterCount()).isEqualTo(types.length);
        } else {
            Method found = type.getDeclaredMethod(name, types);
            assertThat(found.getParameterCount()).isEqualTo(types.length);
        }
    }

    @ParameterizedTest
    @EnumSource(Shipped.class)
    void every_glob_finds_a_resource(Shipped program) throws IOException {
        Set<String> resources = new TreeSet<>();
        List<Path> jars = new ArrayList<>(program.programAndLibraries());
        jars.add(program.folder().resolve("quarkus/generated-bytecode.jar"));
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                file.stream()
                        .filter(entry -> !entry.isDirectory())
                        .map(JarEntry::getName)
                        .forEach(resources::add);
            }
        }
        for (String glob : NativeMetadata.of(program).globs()) {
            assertThat(resources)
                    .as(glob)
                    .anyMatch(name -> NativeMetadata.matcher(glob).matches(Path.of(name)));
        }
    }

    /** Tried in Mandrel: without one of the three shapes MINA SSHD fails at its first use of it. */
    @ParameterizedTest
    @EnumSource(names = {"BROKER", "AGENT"})
    void each_kind_of_cryptography_that_the_ssh_library_asks_for_is_registered_in_three_shapes(
            Shipped program) throws IOException, ReflectiveOperationException {
        Set<String> wanted = new TreeSet<>();
        try (URLClassLoader loader = loader(program)) {
            Class<?> registrar =
                    loader.loadClass(
                            "org.apache.sshd.common.util.security.SecurityProviderRegistrar");
            for (Object kind : (List<?>) registrar.getField("SECURITY_ENTITIES").get(null)) {
                wanted.add(((Class<?>) kind).getName());
            }
        }
        // Asked for besides, and not in its list.
        wanted.add("java.security.AlgorithmParameters");
        for (String kind : wanted) {
            JsonNode entry =
                    NativeMetadata.of(program).types().stream()
                            .filter(one -> one.required("type").asText().equals(kind))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("not registered: " + kind));
            for (List<Class<?>> shape : SHAPES) {
                List<String> names = shape.stream().map(Class::getName).toList();
                assertThat(entry.path("methods"))
                        .as("%s.getInstance%s", kind, names)
                        .anyMatch(method ->
                                method.required("name").asText().equals("getInstance")
                                        && words(method.required("parameterTypes")).equals(names));
            }
        }
    }

    private static List<String> words(JsonNode array) {
        List<String> all = new ArrayList<>();
        array.forEach(one -> all.add(one.asText()));
        return all;
    }

    @Test
    void every_class_of_settings_that_jdbi_makes_by_reflection_is_registered()
            throws IOException, ReflectiveOperationException {
        List<Path> jdbi =
                Shipped.BROKER.libraries().stream()
                        .filter(jar -> jar.getFileName().toString().startsWith("org.jdbi."))
                        .toList();
        Set<String> wanted = new TreeSet<>();
        try (URLClassLoader loader = loader(Shipped.BROKER)) {
            Class<?> setting = loader.loadClass("org.jdbi.v3.core.config.JdbiConfig");
            for (String name : Shipped.classes(jdbi).keySet()) {
                Class<?> type = Class.forName(name, false, loader);
                if (setting.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
                    wanted.add(name);
                }
            }
        }
        assertThat(wanted).hasSizeGreaterThan(10);
        assertThat(NativeMetadata.of(Shipped.BROKER).typeNames()).containsAll(wanted);
    }

    /** Without the compiler's own search for services, a service is a file and a constructor. */
    @Test
    void every_service_of_the_database_driver_is_registered_with_its_classes() throws IOException {
        Path driver =
                Shipped.BROKER.libraries().stream()
                        .filter(jar -> jar.getFileName().toString().contains("mariadb-java-client"))
                        .findFirst()
                        .orElseThrow();
        NativeMetadata metadata = NativeMetadata.of(Shipped.BROKER);
        // The extension of Quarkus does these two.
        Set<String> done =
                Set.of(
                        "META-INF/services/java.sql.Driver",
                        "META-INF/services/org.mariadb.jdbc.plugin.Codec");
        Set<String> seen = new TreeSet<>();
        try (JarFile jar = new JarFile(driver.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (name.startsWith("META-INF/services/") && !entry.isDirectory()) {
                    seen.add(name);
                    if (!done.contains(name)) {
                        assertThat(metadata.includes(name)).as(name).isTrue();
                        String text =
                                new String(
                                        jar.getInputStream(entry).readAllBytes(),
                                        java.nio.charset.StandardCharsets.UTF_8);
                        assertThat(metadata.typeNames())
                                .containsAll(
                                        text.lines()
                                                .map(String::strip)
                                                .filter(line -> !line.isEmpty())
                                                .toList());
                    }
                }
            }
        }
        assertThat(seen).containsAll(done);
    }

    @Test
    void every_file_that_the_broker_reads_by_name_is_included() throws IOException {
        Path sources = Shipped.BROKER.resources();
        NativeMetadata metadata = NativeMetadata.of(Shipped.BROKER);
        for (String folder : List.of("firewall-kinds", "presence", "META-INF/services")) {
            String[] names = sources.resolve(folder).toFile().list();
            assertThat(names).as(folder).isNotEmpty();
            for (String name : names) {
                assertThat(metadata.includes(folder + "/" + name)).as(name).isTrue();
            }
        }
    }

    /** What our code names of the SSH library is made and supported by what is shipped. */
    @ParameterizedTest
    @EnumSource(names = {"BROKER", "AGENT"})
    void every_algorithm_that_our_ssh_settings_name_resolves(Shipped program)
            throws IOException, ReflectiveOperationException {
        Map<String, Set<String>> named = SshAlgorithms.named(program);
        assertThat(named).containsKey("org.apache.sshd.common.cipher.BuiltinCiphers");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = loader(program)) {
            thread.setContextClassLoader(loader);
            for (var family : named.entrySet()) {
                Class<?> type = Class.forName(family.getKey(), true, loader);
                for (String name : family.getValue()) {
                    Object one = type.getField(name).get(null);
                    Class<?> optional = loader.loadClass("org.apache.sshd.common.OptionalFeature");
                    assertThat(optional.getMethod("isSupported").invoke(one))
                            .as("%s.%s", family.getKey(), name)
                            .isEqualTo(true);
                    // A key exchange is made by its own kind of factory, from the same
                    // cryptography.
                    if (Arrays.stream(type.getMethods())
                            .anyMatch(m ->
                                    m.getName().equals("create") && m.getParameterCount() == 0)) {
                        assertThat(type.getMethod("create").invoke(one)).isNotNull();
                    }
                }
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Records and enums of the contract, by the packages that a program speaks. */
    @ParameterizedTest
    @EnumSource(Shipped.class)
    void everything_of_the_contract_that_becomes_json_is_registered(Shipped program)
            throws IOException {
        List<String> spoken =
                switch (program) {
                    case BROKER -> List.of("", ".agent", ".operator");
                    // Field by field, without reflection (AgentWordsTest).
                    case AGENT, QUICKCONNECT_AGENT -> List.of();
                    case TUNNELCTL -> List.of("", ".operator");
                };
        Map<String, JsonNode> registered = new HashMap<>();
        for (JsonNode entry : NativeMetadata.of(program).types()) {
            registered.put(entry.required("type").asText(), entry);
        }
        List<Path> contract =
                program.libraries().stream()
                        .filter(jar -> jar.getFileName().toString().contains(".api-contract-"))
                        .toList();
        Set<String> missing = new TreeSet<>();
        Shipped.classes(contract)
                .forEach((name, model) -> {
                    String folder = name.substring(CONTRACT.length(), name.lastIndexOf('.'));
                    boolean isData =
                            model.superclass()
                                    .filter(type -> DATA.contains(type.asInternalName()))
                                    .isPresent();
                    if (isData && spoken.contains(folder) && !isWhole(registered.get(name))) {
                        missing.add(
                                "{\"type\": \"%s\", \"allDeclaredConstructors\": true, \"allDeclaredMethods\": true, \"allDeclaredFields\": true}"
                                        .formatted(name));
                    }
                });
        assertThat(missing).as("add to reflection in %s", NativeMetadata.file(program)).isEmpty();
    }

    private static boolean isWhole(@Nullable JsonNode entry) {
        return entry != null
                && entry.path("allDeclaredConstructors").asBoolean()
                && entry.path("allDeclaredMethods").asBoolean()
                && entry.path("allDeclaredFields").asBoolean();
    }
}

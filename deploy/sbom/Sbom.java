import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Writes what one program is made of as a CycloneDX 1.6 document. It reads the folder that is shipped, not what Maven
 * thinks should be in it; the same folder gives the same bytes: no serial number, and the time is the build's own.
 *
 * <p>Arguments: the folder with lib/, group, artifact, version, timestamp, the file to write.
 */
final class Sbom {

    private static final String LIST = "quarkus-app-dependencies.txt";

    private record Library(String group, String artifact, String version, String where, String sha256) {
        String purl() {
            return "pkg:maven/" + group + "/" + artifact + "@" + version + "?type=jar";
        }
    }

    private Sbom() {}

    public static void main(String... arguments) throws IOException, GeneralSecurityException {
        if (arguments.length != 6) {
            System.err.println("sbom: wanted: FOLDER GROUP ARTIFACT VERSION TIMESTAMP FILE");
            System.exit(2);
        }
        Path folder = Path.of(arguments[0]);
        if (!Files.isDirectory(folder.resolve("lib"))) {
            System.err.println("sbom: there is no " + folder.resolve("lib"));
            System.exit(1);
        }
        Path file = Path.of(arguments[5]);
        Files.writeString(file, document(arguments, libraries(folder)));
    }

    private static List<Library> libraries(Path folder) throws IOException, GeneralSecurityException {
        Map<String, String[]> listed = listed(folder.resolve(LIST));
        Map<String, Library> sorted = new TreeMap<>();
        List<Path> jars;
        try (Stream<Path> files = Files.walk(folder.resolve("lib"))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
        for (Path jar : jars) {
            String name = jar.getFileName().toString();
            String[] is = listed.containsKey(name) ? listed.get(name) : said(jar, name);
            String where = folder.relativize(jar).toString().replace('\\', '/');
            Library library = new Library(is[0], is[1], is[2], where, sha256(jar));
            sorted.put(library.purl() + " " + where, library);
        }
        return List.copyOf(sorted.values());
    }

    /** Quarkus writes the exact coordinates beside a fast-jar: group:artifact:classifier:type:version. */
    private static Map<String, String[]> listed(Path list) throws IOException {
        Map<String, String[]> found = new TreeMap<>();
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                String[] part = line.strip().split(":", -1);
                if (part.length == 5) {
                    String classifier = part[2].isEmpty() ? "" : "-" + part[2];
                    found.put(
                            part[0] + "." + part[1] + "-" + part[4] + classifier + ".jar",
                            new String[] {part[0], part[1], part[4]});
                }
            }
        }
        return found;
    }

    /** Beside a native executable it does not: what the jar says of itself, or else its name GROUP.ARTIFACT-VERSION.jar. */
    private static String[] said(Path jar, String name) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) file.stream()::iterator) {
                if (entry.getName().matches("META-INF/maven/[^/]+/[^/]+/pom\\.properties")) {
                    Properties is = new Properties();
                    try (InputStream in = file.getInputStream(entry)) {
                        is.load(in);
                    }
                    String start = is.getProperty("groupId") + "." + is.getProperty("artifactId") + "-";
                    if (name.startsWith(start)) {
                        return new String[] {
                            is.getProperty("groupId"),
                            is.getProperty("artifactId"),
                            name.substring(start.length(), name.length() - ".jar".length())
                        };
                    }
                }
            }
        }
        var form = java.util.regex.Pattern.compile("(.+)\\.([^.]+?)-(\\d.*)\\.jar").matcher(name);
        if (!form.matches()) {
            throw new IOException("sbom: wanted GROUP.ARTIFACT-VERSION.jar, found " + jar);
        }
        return new String[] {form.group(1), form.group(2), form.group(3)};
    }

    private static String sha256(Path file) throws IOException, GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    }

    private static String document(String[] about, List<Library> libraries) {
        String purl = "pkg:maven/" + about[1] + "/" + about[2] + "@" + about[3];
        StringBuilder text = new StringBuilder();
        text.append("{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.6\",\n  \"version\": 1,\n");
        text.append("  \"metadata\": {\n    \"timestamp\": ").append(quoted(about[4]));
        text.append(",\n    \"component\": {\"type\": \"application\", \"bom-ref\": ").append(quoted(purl));
        text.append(", \"group\": ").append(quoted(about[1])).append(", \"name\": ").append(quoted(about[2]));
        text.append(", \"version\": ").append(quoted(about[3])).append(", \"purl\": ").append(quoted(purl));
        text.append("}\n  },\n  \"components\": [\n");
        List<String> lines = new ArrayList<>();
        for (Library one : libraries) {
            lines.add(
                    "    {\"type\": \"library\", \"bom-ref\": " + quoted(one.purl()) + ", \"group\": " + quoted(one.group)
                            + ", \"name\": " + quoted(one.artifact) + ", \"version\": " + quoted(one.version)
                            + ", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": " + quoted(one.sha256) + "}], \"purl\": "
                            + quoted(one.purl()) + ", \"evidence\": {\"occurrences\": [{\"location\": " + quoted(one.where)
                            + "}]}}");
        }
        return text.append(String.join(",\n", lines)).append("\n  ]\n}\n").toString();
    }

    /** Coordinates and file names: no control character is ever in one. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}

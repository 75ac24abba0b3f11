package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Every configuration key of a module, read from its sources: from the text, so that the comment of
 * a key is its documentation.
 */
final class ConfigurationKeys {

    private static final String COMMENT = "(?:/\\*\\*(?<comment>(?:(?!\\*/).)*)\\*/\\s*)?";
    private static final String ANNOTATIONS =
            "(?<annotations>(?:@\\w+(?:\\((?:[^()\"]|\"[^\"]*\")*\\))?\\s*)*)";
    private static final Pattern MAPPING =
            Pattern.compile(
                    "@ConfigMapping\\(\\s*prefix\\s*=\\s*\"(?<prefix>[^\"]+)\"[^)]*\\)\\s*(?:public\\s+)?interface\\s+\\w+\\s*\\{");

    /** A method that is a key or a group, or the head of a group's interface. */
    private static final Pattern MEMBER =
            Pattern.compile(
                    COMMENT
                            + ANNOTATIONS
                            + "(?:public\\s+)?(?:interface\\s+(?<group>\\w+)\\s*\\{|(?<type>[A-Z][\\w.]*(?:<[\\w<>., ]+>)?|int|long|boolean|double)\\s+(?<name>\\w+)\\(\\)\\s*;)",
                    Pattern.DOTALL);

    private static final Pattern PROPERTY =
            Pattern.compile(
                    "@ConfigProperty\\(\\s*name\\s*=\\s*\"(?<name>opnmanager[^\"]*)\"(?:\\s*,\\s*defaultValue\\s*=\\s*\"(?<default>[^\"]*)\")?\\s*\\)\\s*(?<type>[\\w.<>]+)");
    private static final Pattern FIRST_COMMENT =
            Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/", Pattern.DOTALL);
    private static final Pattern WITH_DEFAULT = Pattern.compile("@WithDefault\\(\\s*\"([^\"]*)\"");
    private static final Pattern WITH_NAME = Pattern.compile("@WithName\\(\\s*\"([^\"]*)\"");

    /** What is wanted of one of several values stands before its type. */
    private static final Pattern WITHIN_TYPE =
            Pattern.compile("(?<=[<,] ?)(?:@\\w+(?:\\([^()]*\\))?\\s+)+");

    private static final Pattern NAMED = Pattern.compile("Map<String, (\\w+)>");
    private static final Map<String, String> TYPES =
            Map.of(
                    "Duration", "duration",
                    "MemorySize", "bytes",
                    "String", "text",
                    "Path", "path",
                    "int", "number",
                    "long", "number",
                    "Integer", "number",
                    "boolean", "true or false",
                    "List<String>", "list");

    private ConfigurationKeys() {}

    /** All keys of a module by name. A key that two classes read is there once. */
    static List<ConfigurationKey> of(String module) throws IOException {
        Map<String, ConfigurationKey> keys = new TreeMap<>();
        List<ConfigurationKey> properties = new ArrayList<>();
        for (Path file : Project.files(module + "/src/main/java", name -> name.endsWith(".java"))) {
            String text = Project.read(file);
            Matcher mapping = MAPPING.matcher(text);
            if (mapping.find()) {
                String whole = text.substring(mapping.end(), closing(text, mapping.end()));
                String body = WITHIN_TYPE.matcher(whole).replaceAll("");
                for (ConfigurationKey key : members(mapping.group("prefix"), body, file)) {
                    keys.put(key.name(), key);
                }
            }
            properties.addAll(properties(text, file));
        }
        // A mapping says more than a single property of the same name.
        properties.forEach(key -> keys.putIfAbsent(key.name(), key));
        return List.copyOf(keys.values());
    }

    /** Keys that are read one by one; what the class is for is what they are for. */
    static List<ConfigurationKey> properties(String text, Path file) {
        List<ConfigurationKey> found = new ArrayList<>();
        Matcher property = PROPERTY.matcher(text);
        while (property.find()) {
            Matcher comment = FIRST_COMMENT.matcher(text);
            found.add(
                    new ConfigurationKey(
                            property.group("name"),
                            type(property.group("type")),
                            orEmpty(property.group("default")),
                            comment.find() ? markdown(comment.group(1)) : "",
                            file));
        }
        return found;
    }

    private static List<ConfigurationKey> members(String prefix, String body, Path file) {
        Map<String, String> groups = new TreeMap<>();
        List<Matcher> methods = new ArrayList<>();
        Matcher member = MEMBER.matcher(body);
        int from = 0;
        while (member.find(from)) {
            if (member.group("group") == null) {
                methods.add(copyOf(member));
                from = member.end();
            } else {
                int end = closing(body, member.end());
                groups.put(member.group("group"), body.substring(member.end(), end));
                from = end;
            }
        }
        List<ConfigurationKey> keys = new ArrayList<>();
        for (Matcher method : methods) {
            Matcher named = WITH_NAME.matcher(method.group("annotations"));
            String name =
                    prefix + "." + (named.find() ? named.group(1) : kebab(method.group("name")));
            Matcher byName = NAMED.matcher(method.group("type"));
            boolean several = byName.matches();
            String group = groups.get(several ? byName.group(1) : method.group("type"));
            if (group != null) {
                keys.addAll(members(several ? name + ".\"<name>\"" : name, group, file));
                continue;
            }
            Matcher byDefault = WITH_DEFAULT.matcher(method.group("annotations"));
            keys.add(
                    new ConfigurationKey(
                            name,
                            type(method.group("type")),
                            byDefault.find() ? byDefault.group(1) : "",
                            markdown(orEmpty(method.group("comment"))),
                            file));
        }
        return keys;
    }

    /** The same match again, for later: a matcher changes with every find. */
    private static Matcher copyOf(Matcher found) {
        Matcher copy = MEMBER.matcher(found.group());
        if (!copy.find()) {
            throw new IllegalStateException("a match matches again: " + found.group());
        }
        return copy;
    }

    /** Where the brace closes that was opened before {@code from}. */
    private static int closing(String text, int from) {
        int depth = 1;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        throw new IllegalStateException("wanted a closing brace, found the end of the file");
    }

    private static String orEmpty(@Nullable String group) {
        return group == null ? "" : group;
    }

    private static String type(String type) {
        String bare = type.replaceFirst("^Optional<(.*)>$", "$1");
        return TYPES.getOrDefault(bare, bare);
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String markdown(String comment) {
        String line = comment.replaceAll("\\s*\\n\\s*\\*( |(?=\\n)|$)", " ").strip();
        String text = line.replaceAll("\\s+", " ");
        Matcher tag = Pattern.compile("\\{@(?:code|link) ([^}]*)}").matcher(text);
        return tag.replaceAll(found ->
                Matcher.quoteReplacement(
                        "`"
                                + (found.group(1).startsWith("#")
                                        ? kebab(found.group(1).substring(1))
                                        : found.group(1))
                                + "`"));
    }
}

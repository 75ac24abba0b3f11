package io.opnmanager.tunnel.broker.identity;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.contract.operator.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who somebody is at the provider, and what that makes them here.
 *
 * @param account who it is there
 * @param name what they would be called here
 * @param role the highest of their roles
 * @param tags only firewalls with at least one of these; empty is every firewall
 */
record OpenIdUser(Account account, String name, Role role, List<String> tags) {

    /** OpenID Connect Core 1.0 §2 says so of the subject; the column holds as much of both. */
    private static final int LONGEST = 255;

    private static final int LONGEST_NAME = 63;
    private static final int MOST_TAGS = 20;
    private static final String EVERY_FIREWALL = "*";
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9._:-]{1,50}");

    /** A claim that is only worth something together with another one. */
    private static final String MAIL = "email";

    private static final String MAIL_VERIFIED = "email_verified";

    /**
     * Who somebody is at the provider, for ever (OpenID Connect Core 1.0 §5.7).
     *
     * @param issuer the provider
     * @param subject the account there
     */
    record Account(String issuer, String subject) {

        /**
         * Reads the claims of an ID token that has been verified.
         *
         * @throws Refused when they are not there
         */
        static Account of(JsonNode claims) {
            return new Account(identifier(claims, "iss"), identifier(claims, "sub"));
        }
    }

    /**
     * Reads the claims of an ID token that has been verified.
     *
     * @throws Refused when they do not make an operator
     */
    static OpenIdUser of(JsonNode claims, OpenIdConfiguration keys) {
        return new OpenIdUser(
                Account.of(claims),
                name(claims, keys.nameClaim()),
                role(texts(claims, keys.roleClaim()), keys),
                keys.tagsClaim().map(claim -> tags(texts(claims, claim))).orElse(List.of()));
    }

    private static String identifier(JsonNode claims, String claim) {
        String text = claims.path(claim).asText("");
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new Refused(
                    OpenIdRefusal.FAILED, "the claim " + claim + " is missing or too long");
        }
        return text;
    }

    private static String name(JsonNode claims, String claim) {
        List<String> texts = texts(claims, claim);
        String name = texts.size() == 1 ? asName(texts.getFirst()) : "";
        if (name.isEmpty()) {
            throw new Refused(OpenIdRefusal.NO_NAME, "the claim " + claim + " holds no name");
        }
        return name;
    }

    /** What the contract lets an operator be called. */
    private static String asName(String text) {
        String name =
                text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9._-]", "-")
                        .replaceFirst("^[._-]+", "");
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private static Role role(List<String> found, OpenIdConfiguration keys) {
        if (holds(found, keys.administrators())) {
            return Role.ADMINISTRATOR;
        }
        if (holds(found, keys.operators())) {
            return Role.OPERATOR;
        }
        if (holds(found, keys.viewers())) {
            return Role.VIEWER;
        }
        throw new Refused(
                OpenIdRefusal.NO_ROLE,
                "the claim " + keys.roleClaim() + " holds no role that is mapped");
    }

    private static boolean holds(Collection<String> found, Collection<String> wanted) {
        return !Collections.disjoint(found, wanted);
    }

    /** None is nothing, not everything: a forgotten claim must not open all firewalls. */
    private static List<String> tags(List<String> found) {
        if (found.contains(EVERY_FIREWALL)) {
            return List.of();
        }
        var tags = new TreeSet<>(found);
        if (tags.isEmpty()
                || tags.size() > MOST_TAGS
                || !tags.stream().allMatch(tag -> TAG.matcher(tag).matches())) {
            throw new Refused(
                    OpenIdRefusal.NO_TAGS, "wanted 1 to 20 tags, found " + tags.size() + " texts");
        }
        return List.copyOf(tags);
    }

    /** A claim that is a text or a list of texts; everything else is none. */
    private static List<String> texts(JsonNode claims, String claim) {
        JsonNode found = find(claims, claim);
        if (found == null) {
            return List.of();
        }
        // Some providers let everybody say any address; only a checked one says who somebody is.
        if (claim.equals(MAIL) && !claims.path(MAIL_VERIFIED).asBoolean(false)) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (found.isTextual()) {
            texts.add(found.textValue());
        }
        if (found.isArray()) {
            found.forEach(item -> {
                if (item.isTextual()) {
                    texts.add(item.textValue());
                }
            });
        }
        return texts;
    }

    /** Some names of claims are addresses, so the whole is tried before it is taken as a path. */
    private static @Nullable JsonNode find(JsonNode claims, String claim) {
        JsonNode whole = claims.get(claim);
        if (whole != null) {
            return whole;
        }
        JsonNode found = claims;
        for (String step : claim.split("/", -1)) {
            found = found.path(step);
        }
        return found.isMissingNode() ? null : found;
    }
}

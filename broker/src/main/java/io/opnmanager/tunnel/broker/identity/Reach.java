package io.opnmanager.tunnel.broker.identity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Which firewalls an operator may touch. Each limit is a set of tags, and a firewall is within it
 * when it carries at least one of them; all limits have to be met, no limit is every firewall. An
 * operator has at most one limit and each credential at most one more, so that a token can narrow
 * what its operator may reach, but never widen it.
 *
 * @param limits sets of tags, none of them empty
 */
public record Reach(List<Set<String>> limits) {

    /** Every firewall. */
    public static final Reach ALL = new Reach(List.of());

    public Reach {
        limits = List.copyOf(limits);
    }

    /** The same within one more limit; an empty set of tags limits nothing. */
    public Reach within(Set<String> tags) {
        if (tags.isEmpty()) {
            return this;
        }
        var more = new ArrayList<>(limits);
        more.add(Set.copyOf(tags));
        return new Reach(more);
    }

    /** Whether every firewall is within, whatever its tags. */
    public boolean isEverything() {
        return limits.isEmpty();
    }

    /** Whether a firewall with these tags is within. */
    public boolean includes(Collection<String> tags) {
        return limits.stream().noneMatch(limit -> Collections.disjoint(limit, tags));
    }
}

package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.identity.Reach;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * A reach as a condition of SQL: the same that {@link Reach#includes} says, asked of the rows.
 * Every list of what belongs to a firewall carries it.
 */
public final class ReachCondition {

    private ReachCondition() {}

    /**
     * The condition; true for every row when nothing is limited.
     *
     * @param column which holds the number of the firewall, with its table
     */
    public static String on(String column, Reach reach) {
        StringBuilder condition = new StringBuilder("TRUE");
        for (int i = 0; i < reach.limits().size(); i++) {
            condition
                    .append(" AND EXISTS (SELECT 1 FROM firewall_tag t WHERE t.firewall_id = ")
                    .append(column)
                    .append(" AND t.tag IN (<reach")
                    .append(i)
                    .append(">))");
        }
        return condition.toString();
    }

    /** Fills in what {@link #on} left open. */
    public static <T extends SqlStatement<T>> T bind(T statement, Reach reach) {
        T bound = statement;
        for (int i = 0; i < reach.limits().size(); i++) {
            bound = bound.bindList("reach" + i, List.copyOf(reach.limits().get(i)));
        }
        return bound;
    }
}

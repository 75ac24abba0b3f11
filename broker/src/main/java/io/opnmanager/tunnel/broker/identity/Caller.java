package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.contract.operator.Role;

/** Who does something: a person, the agent of a firewall, or a broker itself. */
public sealed interface Caller {

    /** The word for the audit: {@code operator:name}, {@code firewall:21}, {@code node:name}. */
    String actor();

    /**
     * A person.
     *
     * @param name unique
     * @param role what this person may do, as far as the credential of this call allows it
     * @param reach with which firewalls
     */
    record Operator(String name, Role role, Reach reach) implements Caller {
        @Override
        public String actor() {
            return "operator:" + name;
        }

        /** Whether this operator may do everything. */
        public boolean isAdministrator() {
            return role == Role.ADMINISTRATOR;
        }
    }

    /** The agent of one firewall. */
    record Agent(long firewallId) implements Caller {
        @Override
        public String actor() {
            return "firewall:" + firewallId;
        }
    }

    /** A broker, acting by itself: a sweeper, a probe, a stop. */
    record Node(String name) implements Caller {
        @Override
        public String actor() {
            return "node:" + name;
        }
    }
}

package io.opnmanager.tunnel.broker;

import static io.opnmanager.tunnel.broker.RouteRule.About.APPROVAL;
import static io.opnmanager.tunnel.broker.RouteRule.About.CERTIFICATE;
import static io.opnmanager.tunnel.broker.RouteRule.About.EVERYTHING;
import static io.opnmanager.tunnel.broker.RouteRule.About.FIREWALL;
import static io.opnmanager.tunnel.broker.RouteRule.About.FRESH;
import static io.opnmanager.tunnel.broker.RouteRule.About.HELD_REQUEST;
import static io.opnmanager.tunnel.broker.RouteRule.About.LIST;
import static io.opnmanager.tunnel.broker.RouteRule.About.NOTHING;
import static io.opnmanager.tunnel.broker.RouteRule.About.OPEN;
import static io.opnmanager.tunnel.broker.RouteRule.About.OPERATOR;
import static io.opnmanager.tunnel.broker.RouteRule.About.OWN_REQUEST;
import static io.opnmanager.tunnel.broker.RouteRule.About.OWN_TOKEN;
import static io.opnmanager.tunnel.broker.RouteRule.About.PERSON;
import static io.opnmanager.tunnel.broker.RouteRule.About.SEEN_REQUEST;
import static io.opnmanager.tunnel.broker.RouteRule.About.SPARE_FIREWALL;

import java.util.List;
import java.util.Set;

/**
 * Who may call one route, and what it answers to them.
 *
 * @param route method and path, as in {@code openapi.yaml}
 * @param may roles, {@code agent} among them; all others are refused with {@code not_allowed}
 * @param about what decides besides the role
 * @param answer status, and the problem's code if it is one, for whoever may. Where an answer needs
 *     more than rights, it is the first one that comes after rights were looked at
 * @param body {@code $id} is the number or name in the path, with apostrophes for quotation marks
 */
record RouteRule(String route, Set<String> may, About about, String answer, String body) {

    /** What decides besides the role. */
    enum About {
        /** Nothing does, and no credential is asked for. */
        OPEN,
        /** Only a TLS client certificate does. */
        CERTIFICATE,
        NOTHING,
        /** What is within reach is in it, and nothing else. */
        LIST,
        /** All firewalls and operators: nobody whose reach has a limit. */
        EVERYTHING,
        /** The same, about another operator. */
        OPERATOR,
        /** A firewall within reach; for an agent its own. */
        FIREWALL,
        /** The same, of one that nobody else needs. */
        SPARE_FIREWALL,
        /** Within reach, and for an operator an own one. */
        SEEN_REQUEST,
        /** The same, and for an agent of its own firewall. */
        HELD_REQUEST,
        /** Within reach, and for everybody an own one. */
        OWN_REQUEST,
        /** Another operator's, of a firewall within reach. */
        APPROVAL,
        /** Nothing, but a certificate is not enough. */
        FRESH,
        /** The caller's own account: not for tokens. */
        PERSON,
        /** The same, about a token of the caller. */
        OWN_TOKEN
    }

    /** What comes behind the status of a list. */
    static final String SHOWN = ", the firewall at home is in it";

    static final String HIDDEN = ", the firewall at home is not in it";

    private static final Set<String> AGENT = Set.of("agent");
    private static final Set<String> HOLDERS = Set.of("operator", "administrator", "agent");
    private static final Set<String> EVERYONE = Set.of("viewer", "operator", "administrator");
    private static final Set<String> OPERATORS = Set.of("operator", "administrator");
    private static final Set<String> ADMINISTRATORS = Set.of("administrator");

    /** In an order in which no call is in the way of a later one. */
    static final List<RouteRule> ALL =
            List.of(
                    rule(
                            "POST /api/enroll",
                            Set.of(),
                            OPEN,
                            "401 enrolment_token_refused",
                            """
                            {'enrolment_token': 'ope_x', 'hostname': 'h', 'agent_version': '1', 'platform': 'p', 'ssh_public_key': '%s'}\
                            """
                                    .formatted(Api.SSH_KEY)),
                    rule("POST /api/agent_checkin", AGENT, FIREWALL, "200", "{'firewall_id': $id}"),
                    rule(
                            "POST /api/quickconnect_check",
                            AGENT,
                            FIREWALL,
                            "200",
                            "{'firewall_id': $id}"),
                    rule(
                            "POST /api/tunnel_status",
                            AGENT,
                            HELD_REQUEST,
                            "200",
                            "{'request_id': $id, 'status': 'active'}"),
                    rule(
                            "POST /api/tunnel_heartbeat",
                            HOLDERS,
                            HELD_REQUEST,
                            "200",
                            "{'request_id': $id}"),
                    rule(
                            "POST /api/tunnel_close",
                            HOLDERS,
                            HELD_REQUEST,
                            "200",
                            "{'request_id': $id}"),
                    rule("GET /api/v1/approvals", OPERATORS, LIST, "200"),
                    rule("GET /api/v1/approvals/events", OPERATORS, NOTHING, "200"),
                    rule(
                            "POST /api/v1/approvals",
                            OPERATORS,
                            FIREWALL,
                            "201",
                            "{'firewall_id': $id, 'target': 'tcp://localhost:$number', 'reason': 'r'}"),
                    rule("GET /api/v1/approvals/{id}", OPERATORS, APPROVAL, "200"),
                    rule(
                            "PUT /api/v1/approvals/{id}",
                            OPERATORS,
                            APPROVAL,
                            "200",
                            "{'granted': false}"),
                    rule("GET /api/v1/audit", ADMINISTRATORS, EVERYTHING, "200"),
                    rule("GET /api/v1/audit/export", ADMINISTRATORS, EVERYTHING, "200"),
                    rule("GET /api/v1/audit/verify", ADMINISTRATORS, EVERYTHING, "200"),
                    rule(
                            "POST /api/v1/certificates",
                            OPERATORS,
                            FRESH,
                            "400 invalid_field",
                            "{'certificate_request': 'x'}"),
                    rule("DELETE /api/v1/certificates", OPERATORS, NOTHING, "204"),
                    rule("GET /api/v1/firewalls", EVERYONE, LIST, "200"),
                    rule("GET /api/v1/firewalls/events", EVERYONE, NOTHING, "200"),
                    rule("GET /api/v1/firewalls/tags", EVERYONE, LIST, "200"),
                    rule(
                            "POST /api/v1/firewalls",
                            ADMINISTRATORS,
                            FIREWALL,
                            "201",
                            "{'name': '$fresh', 'tags': ['$home']}"),
                    rule("GET /api/v1/firewalls/{id}", EVERYONE, FIREWALL, "200"),
                    rule(
                            "PUT /api/v1/firewalls/{id}",
                            ADMINISTRATORS,
                            FIREWALL,
                            "200",
                            "{'name': '$home', 'tags': ['$home']}"),
                    rule("GET /api/v1/firewalls/{id}/certificate-pin", EVERYONE, FIREWALL, "200"),
                    rule(
                            "PUT /api/v1/firewalls/{id}/certificate-pin",
                            OPERATORS,
                            FIREWALL,
                            "200",
                            "{'target': 'https://localhost:443', 'sha256': '%s'}"
                                    .formatted("ab".repeat(32))),
                    rule(
                            "POST /api/v1/firewalls/{id}/agent-token",
                            ADMINISTRATORS,
                            SPARE_FIREWALL,
                            "409 not_enrolled"),
                    rule(
                            "DELETE /api/v1/firewalls/{id}/agent-token",
                            ADMINISTRATORS,
                            SPARE_FIREWALL,
                            "204"),
                    rule(
                            "POST /api/v1/firewalls/{id}/enrolment-token",
                            ADMINISTRATORS,
                            SPARE_FIREWALL,
                            "200"),
                    rule(
                            "POST /api/v1/firewalls/{id}/enrolment-line",
                            ADMINISTRATORS,
                            SPARE_FIREWALL,
                            "409 no_release",
                            "{'kind': 'debian'}"),
                    rule("GET /api/v1/firewalls/{id}/update", EVERYONE, FIREWALL, "200"),
                    rule("GET /api/release/{name}", Set.of(), OPEN, "404 not_found"),
                    rule("GET /api/v1/rollout", EVERYONE, NOTHING, "200"),
                    rule("GET /api/v1/rollout/firewalls", EVERYONE, LIST, "200"),
                    rule(
                            "PUT /api/v1/rollout",
                            ADMINISTRATORS,
                            EVERYTHING,
                            "409 no_release",
                            "{'percentage': 100, 'halted': false}"),
                    rule("GET /api/v1/nodes", EVERYONE, NOTHING, "200"),
                    rule("GET /api/v1/operators", ADMINISTRATORS, EVERYTHING, "200"),
                    rule(
                            "POST /api/v1/operators",
                            ADMINISTRATORS,
                            EVERYTHING,
                            "201",
                            "{'name': '$fresh', 'role': 'viewer'}"),
                    rule(
                            "PUT /api/v1/operators/{name}",
                            ADMINISTRATORS,
                            OPERATOR,
                            "200",
                            "{'role': 'viewer'}"),
                    rule(
                            "PUT /api/v1/operators/{name}/password",
                            ADMINISTRATORS,
                            OPERATOR,
                            "204",
                            "{'password': 'another long one'}"),
                    rule(
                            "DELETE /api/v1/operators/{name}/second-factor",
                            ADMINISTRATORS,
                            OPERATOR,
                            "409 no_second_factor"),
                    rule(
                            "DELETE /api/v1/operators/{name}/sign-ins",
                            ADMINISTRATORS,
                            OPERATOR,
                            "204"),
                    rule("DELETE /api/v1/operators/{name}/tokens", ADMINISTRATORS, OPERATOR, "204"),
                    rule("DELETE /api/v1/operators/{name}", ADMINISTRATORS, OPERATOR, "204"),
                    rule("GET /api/v1/requests", EVERYONE, LIST, "200"),
                    rule("GET /api/v1/requests/events", EVERYONE, NOTHING, "200"),
                    rule("GET /api/v1/requests/terms", EVERYONE, NOTHING, "200"),
                    rule(
                            "POST /api/v1/requests",
                            OPERATORS,
                            FIREWALL,
                            "202",
                            "{'firewall_id': $id}"),
                    rule("GET /api/v1/requests/{id}", EVERYONE, SEEN_REQUEST, "200"),
                    rule("GET /api/v1/requests/{id}/events", EVERYONE, SEEN_REQUEST, "200"),
                    rule(
                            "PUT /api/v1/requests/{id}/lifetime",
                            OPERATORS,
                            HELD_REQUEST,
                            "200",
                            "{'lifetime': 600}"),
                    rule(
                            "PUT /api/v1/requests/{id}/shared-with",
                            OPERATORS,
                            HELD_REQUEST,
                            "200",
                            "{'operators': []}"),
                    rule(
                            "POST /api/v1/requests/{id}/entries",
                            OPERATORS,
                            OWN_REQUEST,
                            "409 request_not_active",
                            "{'challenge': '%s'}".formatted("A".repeat(43))),
                    rule("DELETE /api/v1/requests/{id}", OPERATORS, HELD_REQUEST, "204"),
                    rule("GET /api/v1/sign-in", EVERYONE, NOTHING, "200"),
                    rule(
                            "POST /api/v1/sign-in",
                            Set.of(),
                            OPEN,
                            "201",
                            "{'name': '$other', 'password': '$password'}"),
                    rule("GET /api/v1/sign-in/methods", Set.of(), OPEN, "200"),
                    rule("GET /api/v1/sign-in/openid", Set.of(), OPEN, "404 not_found"),
                    rule("POST /api/v1/sign-in/device", Set.of(), OPEN, "404 not_found"),
                    rule(
                            "POST /api/v1/sign-in/device/token",
                            Set.of(),
                            OPEN,
                            "404 not_found",
                            "{'device_code': 'none'}"),
                    rule("POST /api/v1/sign-in/certificate", Set.of(), CERTIFICATE, "201"),
                    rule(
                            "PUT /api/v1/sign-in/second-factor",
                            EVERYONE,
                            PERSON,
                            "409 no_second_factor",
                            "{'code': '000000'}"),
                    rule(
                            "POST /api/v1/sign-in/second-factor/removal",
                            EVERYONE,
                            PERSON,
                            "409 no_second_factor",
                            "{'password': '$password', 'code': '000000'}"),
                    rule(
                            "POST /api/v1/sign-in/second-factor",
                            EVERYONE,
                            PERSON,
                            "200",
                            "{'password': '$password'}"),
                    rule(
                            "PUT /api/v1/sign-in/password",
                            EVERYONE,
                            PERSON,
                            "204",
                            "{'current': '$password', 'password': '$password'}"),
                    rule("DELETE /api/v1/sign-in", EVERYONE, NOTHING, "204"),
                    rule("DELETE /api/v1/sign-in/all", EVERYONE, PERSON, "204"),
                    rule("GET /api/v1/streams", EVERYONE, NOTHING, "200"),
                    rule("GET /api/v1/tokens", EVERYONE, NOTHING, "200"),
                    rule("POST /api/v1/tokens", EVERYONE, PERSON, "201", "{'name': '$fresh'}"),
                    rule("DELETE /api/v1/tokens/{id}", EVERYONE, OWN_TOKEN, "204"));

    private static RouteRule rule(String route, Set<String> may, About about, String answer) {
        return rule(route, may, about, answer, "");
    }

    private static RouteRule rule(
            String route, Set<String> may, About about, String answer, String body) {
        return new RouteRule(route, may, about, answer, body.replace('\'', '"'));
    }

    String method() {
        return route.substring(0, route.indexOf(' '));
    }

    String path() {
        return route.substring(route.indexOf(' ') + 1);
    }

    /** Whether it matters who asked for what is called upon. */
    boolean isAboutRequest() {
        return Set.of(SEEN_REQUEST, HELD_REQUEST, OWN_REQUEST).contains(about);
    }

    /**
     * What it has to answer.
     *
     * @param own whether the caller asked for the request that it is about
     */
    String wanted(GridCaller caller, boolean own) {
        if (about == About.OPEN) {
            return answer;
        }
        if (about == About.CERTIFICATE) {
            return caller.credential() == GridCaller.Credential.CERTIFICATE
                    ? answer
                    : "401 not_authenticated";
        }
        if (caller.credential() == GridCaller.Credential.NONE) {
            return "401 not_authenticated";
        }
        if (!may.contains(caller.role())) {
            return "403 not_allowed";
        }
        boolean within = caller.reach() != GridCaller.Within.ELSEWHERE;
        return switch (about) {
            case OPEN, CERTIFICATE, NOTHING -> answer;
            case LIST -> answer + (within ? SHOWN : HIDDEN);
            case EVERYTHING, OPERATOR ->
                    caller.reach() == GridCaller.Within.EVERYTHING ? answer : "403 not_allowed";
            case FIREWALL, SPARE_FIREWALL, APPROVAL -> within ? answer : "403 not_yours";
            case SEEN_REQUEST, HELD_REQUEST ->
                    within && (own || !caller.role().equals("operator")) ? answer : "403 not_yours";
            case OWN_REQUEST -> within && own ? answer : "403 not_yours";
            case FRESH ->
                    caller.credential() == GridCaller.Credential.CERTIFICATE
                            ? "403 not_allowed"
                            : answer;
            case PERSON, OWN_TOKEN -> caller.isToken() ? "403 not_allowed" : answer;
        };
    }

    @Override
    public String toString() {
        return route;
    }
}

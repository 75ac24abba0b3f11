package io.opnmanager.tunnel.contract;

import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/**
 * Says at every refusal that it is a problem document, so that generated clients decode it and give
 * its code.
 *
 * <p>Only where the answer to success is JSON. Python's generated client asks for the first media
 * type of JSON that is named: where success has no body, or is an event stream or a file, it would
 * ask for a problem document and nothing else.
 */
final class ProblemAnswers implements OASFilter {

    private static final Set<String> JSON = Set.of("application/json");
    private static final List<String> ALL_OTHERS = List.of("4XX", "5XX");

    @Override
    public Operation filterOperation(Operation operation) {
        APIResponses responses = operation.getResponses();
        if (!isJson(responses)) {
            return operation;
        }
        responses
                .getAPIResponses()
                .forEach((status, response) -> {
                    if (status.charAt(0) >= '4' && response.getContent() == null) {
                        response.setContent(problem());
                    }
                });
        ALL_OTHERS.forEach(status ->
                responses.addAPIResponse(status, OASFactory.createAPIResponse().ref("Problem")));
        return operation;
    }

    private static boolean isJson(APIResponses responses) {
        List<APIResponse> good =
                responses.getAPIResponses().entrySet().stream()
                        .filter(response -> response.getKey().startsWith("2"))
                        .map(response -> response.getValue())
                        .toList();
        return !good.isEmpty()
                && good.stream()
                        .allMatch(response ->
                                response.getContent() != null
                                        && response.getContent()
                                                .getMediaTypes()
                                                .keySet()
                                                .equals(JSON));
    }

    private static Content problem() {
        return OASFactory.createContent()
                .addMediaType(
                        ProblemDocument.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(
                                        OASFactory.createSchema()
                                                .ref("#/components/schemas/ProblemDocument")));
    }
}

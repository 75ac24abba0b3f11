package io.opnmanager.tunnel.broker.problem;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.opnmanager.tunnel.contract.ProblemDocument.Violation;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says which fields broke which bound, by their names on the wire: taken from the same JSON mapping
 * that reads the body and from the annotations of the parameters.
 */
@Singleton
class Violations {

    private static final String BODY = "body";

    private final Documents documents;
    private final ObjectMapper mapper;

    Violations(Documents documents, ObjectMapper mapper) {
        this.documents = documents;
        this.mapper = mapper;
    }

    Response answer(ConstraintViolationException failure) {
        boolean ofTheCaller =
                failure.getConstraintViolations().stream().allMatch(Violations::isOfAParameter);
        if (!ofTheCaller) {
            return documents.answer(ProblemCode.INTERNAL, documents.incident(failure), null, null);
        }
        List<Violation> violations =
                failure.getConstraintViolations().stream()
                        .map(found -> new Violation(field(found), found.getMessage()))
                        .sorted(
                                Comparator.comparing(Violation::field)
                                        .thenComparing(Violation::detail))
                        .toList();
        String detail =
                violations.stream()
                        .map(violation -> violation.field() + ": " + violation.detail())
                        .collect(Collectors.joining("; "));
        return documents.answer(ProblemCode.INVALID_FIELD, detail, violations, null);
    }

    private static boolean isOfAParameter(ConstraintViolation<?> violation) {
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.getKind() == ElementKind.PARAMETER) {
                return true;
            }
        }
        return false;
    }

    private String field(ConstraintViolation<?> violation) {
        Iterator<Path.Node> nodes = violation.getPropertyPath().iterator();
        Path.MethodNode method = nodes.next().as(Path.MethodNode.class);
        Path.ParameterNode parameter = nodes.next().as(Path.ParameterNode.class);
        Parameter declared = declared(violation.getRootBeanClass(), method, parameter);
        String name = declared == null ? null : parameterName(declared);
        if (declared == null || name != null) {
            return name == null ? parameter.getName() : name;
        }
        StringBuilder field = new StringBuilder();
        JavaType type = mapper.constructType(declared.getParameterizedType());
        while (nodes.hasNext()) {
            Path.Node node = nodes.next();
            if (node.isInIterable()) {
                field.append('[').append(node.getIndex()).append(']');
                type = type.getContentType() == null ? type : type.getContentType();
            }
            if (node.getKind() == ElementKind.PROPERTY) {
                BeanPropertyDefinition property = property(type, node.getName());
                field.append(field.isEmpty() ? "" : ".")
                        .append(property == null ? node.getName() : property.getName());
                type = property == null ? type : property.getPrimaryType();
            }
        }
        return field.isEmpty() ? BODY : field.toString();
    }

    private @Nullable BeanPropertyDefinition property(JavaType type, String name) {
        return mapper.getDeserializationConfig().introspect(type).findProperties().stream()
                .filter(property -> property.getInternalName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The parameter as the contract declares it, or else the resource; null when neither does. */
    private static @Nullable Parameter declared(
            Class<?> resource, Path.MethodNode method, Path.ParameterNode parameter) {
        Stream<Class<?>> own =
                Stream.iterate(resource, type -> type != null, type -> type.getSuperclass());
        Stream<Class<?>> contracts =
                Stream.<Class<?>>iterate(
                                resource, type -> type != null, type -> type.getSuperclass())
                        .flatMap(type -> Arrays.stream(type.getInterfaces()));
        return Stream.concat(contracts, own)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(candidate -> isIt(candidate, method))
                .map(found -> found.getParameters()[parameter.getParameterIndex()])
                .findFirst()
                .orElse(null);
    }

    private static boolean isIt(Method candidate, Path.MethodNode method) {
        return candidate.getName().equals(method.getName())
                && Arrays.asList(candidate.getParameterTypes()).equals(method.getParameterTypes());
    }

    /** Its name in the path, query or headers; null for the body. */
    private static @Nullable String parameterName(Parameter parameter) {
        QueryParam query = parameter.getAnnotation(QueryParam.class);
        if (query != null) {
            return query.value();
        }
        PathParam path = parameter.getAnnotation(PathParam.class);
        if (path != null) {
            return path.value();
        }
        HeaderParam header = parameter.getAnnotation(HeaderParam.class);
        return header == null ? null : header.value();
    }
}

package io.opnmanager.tunnel.order;

import java.lang.reflect.Field;

/** Fields of Quarkus' builder, which shows neither its graph of steps nor whether one failed. */
final class Inside {

    private Inside() {}

    /** The value of a field; that it is not there any more stops the build with its name. */
    static Object of(Object object, String name) {
        try {
            Field field = object.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(object);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "This Quarkus has no " + name + " in " + object.getClass().getName(), e);
        }
    }

    /** The same, of a type; another type stops the build, too. */
    static <T> T of(Object object, String name, Class<T> type) {
        Object is = of(object, name);
        if (!type.isInstance(is)) {
            throw new IllegalStateException(
                    "In this Quarkus %s in %s is no %s but a %s"
                            .formatted(
                                    name,
                                    object.getClass().getName(),
                                    type.getName(),
                                    is.getClass().getName()));
        }
        return type.cast(is);
    }
}

package io.opnmanager.tunnel.packages;

import java.lang.reflect.Constructor;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Makes commands that are read and never run, so what they are given does not matter: null for each
 * part that Quarkus would inject.
 */
final class Bare implements IFactory {

    @Override
    public <K> K create(Class<K> type) throws Exception {
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        if (constructors.length == 1) {
            Constructor<?> only = constructors[0];
            only.setAccessible(true);
            return type.cast(only.newInstance(new Object[only.getParameterCount()]));
        }
        return CommandLine.defaultFactory().create(type);
    }
}

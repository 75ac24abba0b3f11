/**
 * Lets Quarkus run its build steps one after the other, in the same order in each build, so that
 * two builds of the same sources are equal. It is no part of a program: packaging leaves it out.
 */
@NullMarked
package io.opnmanager.tunnel.order;

import org.jspecify.annotations.NullMarked;

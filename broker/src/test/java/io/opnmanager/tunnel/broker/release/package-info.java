/** Tests of releases, enrolment lines and the rollout. */
@NullMarked
package io.opnmanager.tunnel.broker.release;

import org.jspecify.annotations.NullMarked;

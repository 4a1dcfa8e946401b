package doni.worker.k8s;

import java.time.Instant;

/**
 * A bootstrap token secret as it is to be.
 *
 * @param hardware the uuid of the device it is for
 * @param nodeName the name under which that device is going to join
 */
record TokenWish(BootstrapToken token, String hardware, String nodeName, Instant expires) {}

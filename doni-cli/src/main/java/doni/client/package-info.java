/** Access to a running service and to Keystone from a short-lived process. */
@NullMarked
package doni.client;

import org.jspecify.annotations.NullMarked;

/** The site's OpenStack: one session with Keystone, and calls to the services of its catalog. */
@NullMarked
package doni.openstack;

import org.jspecify.annotations.NullMarked;

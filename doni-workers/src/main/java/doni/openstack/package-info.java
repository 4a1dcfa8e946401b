/**
 * The OpenStack services of the site: who we are there (Keystone), where they are (the catalog),
 * and calls to them.
 */
@NullMarked
package doni.openstack;

import org.jspecify.annotations.NullMarked;

@NullMarked
package doni.openstack;

import org.jspecify.annotations.NullMarked;

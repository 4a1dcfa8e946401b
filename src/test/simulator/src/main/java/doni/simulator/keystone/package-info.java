/** A simulated Keystone: tokens of three kinds of login, projects, users and the catalog. */
@NullMarked
package doni.simulator.keystone;

import org.jspecify.annotations.NullMarked;

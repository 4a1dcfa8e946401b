/** Takes over what the original Doni, a service on MariaDB, has stored. */
@NullMarked
package doni.migration;

import org.jspecify.annotations.NullMarked;

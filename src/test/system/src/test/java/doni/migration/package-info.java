@NullMarked
package doni.migration;

import org.jspecify.annotations.NullMarked;

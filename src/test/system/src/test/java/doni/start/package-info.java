@NullMarked
package doni.start;

import org.jspecify.annotations.NullMarked;

@NullMarked
package doni.lane;

import org.jspecify.annotations.NullMarked;

@NullMarked
package doni.engine.lane;

import org.jspecify.annotations.NullMarked;

@NullMarked
package doni.engine.attempt;

import org.jspecify.annotations.NullMarked;

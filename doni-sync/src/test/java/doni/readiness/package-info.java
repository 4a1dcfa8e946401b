@NullMarked
package doni.readiness;

import org.jspecify.annotations.NullMarked;

@NullMarked
package doni.hardwaretype;

import org.jspecify.annotations.NullMarked;
